namespace LiMaml.Training.Tests.Tensors;

/// <summary>Collects garbage on another thread all the while, as a busy process does now and then.</summary>
internal sealed class Collecting : IDisposable
{
    private readonly Thread[] threads;
    private volatile bool ended;

    public Collecting()
    {
        threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            while (!ended)
            {
                GC.Collect(0);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
    }

    public void Dispose()
    {
        ended = true;
        Array.ForEach(threads, thread => thread.Join());
    }
}
