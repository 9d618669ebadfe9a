using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// The windows of one partition, on local disk. A window holds, of all distinct events (by id) of a task that are younger
/// than MaxAge behind the watermark, the most recent Capacity by (event time, event id); of several contents of one id the
/// largest by (event time, content) counts. So windows are a function of the set of events. Thread-safe.
/// </summary>
public sealed class WindowStore : IDisposable
{
    private WindowStore()
    {
    }

    /// <summary>The offset to read next; null where nothing was applied yet.</summary>
    public long? NextOffset => throw new NotImplementedException();

    /// <summary>The largest event time seen, microseconds since 1970 UTC; null before the first event.</summary>
    public long? Watermark => throw new NotImplementedException();

    /// <summary>What became of the events.</summary>
    public WindowCounts Counts => throw new NotImplementedException();

    /// <summary>Bytes on disk, roughly.</summary>
    public long DiskBytes => throw new NotImplementedException();

    /// <summary>Tasks marked dirty, roughly.</summary>
    public long DirtyCount => throw new NotImplementedException();

    /// <summary>Opens the store in <paramref name="folder"/>, or makes an empty one.</summary>
    /// <param name="folder">Its own; made where missing.</param>
    /// <param name="schema">The schema of events.</param>
    /// <param name="options">May differ from one opening to the next.</param>
    /// <exception cref="LiMaml.Models.InvalidInputException">An option is out of range, or another process has the store open.</exception>
    /// <exception cref="DamagedStoreException">What is there can't be read.</exception>
    public static WindowStore Open(string folder, EventSchema schema, WindowOptions? options = null) => throw new NotImplementedException();

    /// <summary>
    /// Takes up events, their offset, the watermark, counts and dirty marks, all or nothing. Applying events again changes nothing but the
    /// counts of events.
    /// </summary>
    /// <param name="events">Valid ones, in the order of the partition; none where only the offset moves on.</param>
    /// <param name="nextOffset">The offset after the last of them; the store's own never goes back.</param>
    public void Apply(IReadOnlyList<InteractionEvent> events, long nextOffset) => throw new NotImplementedException();

    /// <summary>The windows as they are now.</summary>
    public WindowView View() => throw new NotImplementedException();

    /// <summary>Tasks that changed since they were last completed, at most <paramref name="limit"/>, in turns. Make the view after this.</summary>
    public DirtyBatch TakeDirty(int limit) => throw new NotImplementedException();

    /// <summary>Erases a task's window. Events that arrive later start a new one.</summary>
    public void Forget(string task, string key) => throw new NotImplementedException();

    /// <summary>Writes all windows as JSON lines in the order of (task definition, key): equal sets of events give equal bytes.</summary>
    public void Export(Stream stream) => throw new NotImplementedException();

    /// <summary>Makes everything applied survive a crash of the operating system too.</summary>
    public void Flush() => throw new NotImplementedException();

    /// <summary>Drops expired and displaced samples from disk.</summary>
    public void Sweep() => throw new NotImplementedException();

    /// <summary>From now on events are of <paramref name="schema"/>, e.g. another package's. Windows stay.</summary>
    public void Use(EventSchema schema) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
