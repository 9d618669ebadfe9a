namespace LiMaml.Runtime.Windows;

/// <summary>
/// The windows as they were when the view was made, whatever is applied meanwhile. Thread-safe. Closing the store ends
/// its views: reading then throws <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class WindowView : IDisposable
{
    /// <summary>The partition's largest event time, microseconds since 1970 UTC; null before the first event.</summary>
    public long? Watermark => throw new NotImplementedException();

    /// <summary>All windows of a task definition with at least one sample, by ascending key; held one small chunk at a time.</summary>
    /// <exception cref="ObjectDisposedException">The view or its store is closed.</exception>
    /// <exception cref="DamagedStoreException">A sample can't be read.</exception>
    public IEnumerable<Window> Read(string task) => throw new NotImplementedException();

    /// <summary>One task's window; null where it has no sample.</summary>
    /// <exception cref="ObjectDisposedException">The view or its store is closed.</exception>
    /// <exception cref="DamagedStoreException">A sample can't be read.</exception>
    public Window? Find(string task, string key) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
