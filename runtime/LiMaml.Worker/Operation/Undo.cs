namespace LiMaml.Worker.Operation;

/// <summary>Closes what was opened, last first, where starting does not come to its end.</summary>
internal sealed class Undo : IDisposable
{
    private readonly Stack<object> opened = new();

    /// <summary>Was opened.</summary>
    public T Add<T>(T disposable)
        where T : class
    {
        opened.Push(disposable);
        return disposable;
    }

    /// <summary>Starting came to its end: nothing is closed.</summary>
    public void Keep() => opened.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        while (opened.TryPop(out var last))
        {
            if (last is IAsyncDisposable asynchronous)
            {
                asynchronous.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
            else
            {
                ((IDisposable)last).Dispose();
            }
        }
    }
}
