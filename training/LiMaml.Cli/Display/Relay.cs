namespace LiMaml.Cli.Display;

/// <summary>Passes on what a library reports, at once and in order, in the words of the display.</summary>
/// <param name="progress">The display.</param>
/// <param name="translate">What to show; null shows nothing.</param>
internal sealed class Relay<T>(IProgress<Progress> progress, Func<T, Progress?> translate) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value)
    {
        if (translate(value) is { } shown)
        {
            progress.Report(shown);
        }
    }
}
