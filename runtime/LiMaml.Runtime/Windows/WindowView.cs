using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// The windows as they were when the view was made, whatever is applied meanwhile. Thread-safe. Closing the store ends
/// its views: reading then throws <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class WindowView : IDisposable
{
    private readonly Database database;
    private readonly Snapshot snapshot;
    private readonly WindowReader reader;
    private volatile bool disposed;

    internal WindowView(Database database, Snapshot snapshot, WindowReader reader, long? watermark)
    {
        this.database = database;
        this.snapshot = snapshot;
        this.reader = reader;
        Watermark = watermark;
    }

    /// <summary>The partition's largest event time, microseconds since 1970 UTC; null before the first event.</summary>
    public long? Watermark { get; }

    /// <summary>All windows of a task definition with at least one sample, by ascending key; held one small chunk at a time.</summary>
    /// <exception cref="ObjectDisposedException">The view or its store is closed.</exception>
    /// <exception cref="DamagedStoreException">A sample can't be read.</exception>
    public IEnumerable<Window> Read(string task)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        foreach (var window in reader.Read(task))
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            yield return window;
        }
    }

    /// <summary>One task's window; null where it has no sample.</summary>
    /// <exception cref="ObjectDisposedException">The view or its store is closed.</exception>
    /// <exception cref="DamagedStoreException">A sample can't be read.</exception>
    public Window? Find(string task, string key)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return reader.Find(task, key);
    }

    /// <summary>All windows by (task definition, key).</summary>
    internal IEnumerable<Window> ReadAll() => reader.Read(null);

    /// <summary>Counts what is there.</summary>
    internal WindowTotals Measure() => reader.Measure();

    /// <summary>Lets the store forget what is kept for this view only.</summary>
    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            database.Release(snapshot);
        }
    }
}
