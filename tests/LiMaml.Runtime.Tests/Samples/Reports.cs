namespace LiMaml.Runtime.Tests.Samples;

/// <summary>Keeps what is reported, at once and in order.</summary>
internal sealed class Reports<T>(Action<T>? then = null) : IProgress<T>
{
    public List<T> All { get; } = [];

    public void Report(T value)
    {
        All.Add(value);
        then?.Invoke(value);
    }
}
