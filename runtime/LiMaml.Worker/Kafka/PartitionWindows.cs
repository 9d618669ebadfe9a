using Confluent.Kafka;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// The windows of one partition from its assignment until it is taken away or rebuilt. What was read for one assignment
/// is never applied to the next: a batch holds on to this object, and this object ends with the assignment.
/// </summary>
internal sealed class PartitionWindows : IAssignedPartition, IDisposable
{
    private readonly Lock guard = new();
    private readonly Func<WindowStore> reopen;
    private WindowStore? store;
    private long? nextOffset;
    private long end = -1;
    private bool closed;

    /// <summary>Begins an assignment.</summary>
    /// <param name="partition">Which partition.</param>
    /// <param name="store">Its store.</param>
    /// <param name="reopen">Opens the same store again after a write failed.</param>
    public PartitionWindows(TopicPartition partition, WindowStore store, Func<WindowStore> reopen)
    {
        Partition = partition;
        this.store = store;
        this.reopen = reopen;
        nextOffset = store.NextOffset;
    }

    /// <summary>Which partition.</summary>
    public TopicPartition Partition { get; }

    /// <summary>The offset to read next; null where nothing was applied yet.</summary>
    public long? NextOffset
    {
        get
        {
            lock (guard)
            {
                return nextOffset;
            }
        }
    }

    /// <summary>Records between <see cref="NextOffset"/> and the partition's end as last seen; null while that is unknown.</summary>
    public long? Lag => Interlocked.Read(ref end) is var last and >= 0 ? Math.Max(0, last - (NextOffset ?? 0)) : null;

    /// <summary>How much the store holds, as last counted; null before that.</summary>
    public WindowTotals? Totals { get; set; }

    /// <summary>Whether the assignment has ended.</summary>
    public bool Closed
    {
        get
        {
            lock (guard)
            {
                return closed;
            }
        }
    }

    /// <summary>Applies what was read; false, without doing anything, where the assignment has ended.</summary>
    /// <exception cref="DamagedStoreException">The store can't be read, or is no longer the one that was assigned.</exception>
    /// <exception cref="IOException">The disk refused; see <see cref="Reset"/>.</exception>
    public bool Apply(EncodedEvents events, long next)
    {
        try
        {
            if (Current() is not { } current)
            {
                return false;
            }

            current.Apply(events, next);
            lock (guard)
            {
                nextOffset = current.NextOffset;
            }

            return true;
        }
        catch (ObjectDisposedException) when (Closed)
        {
            return false;
        }
    }

    /// <summary>The partition's end was seen there.</summary>
    public void Ends(Offset offset) => Interlocked.Exchange(ref end, offset.Value);

    /// <summary>After a failed write: closes the store, so that the next write opens it afresh.</summary>
    public void Reset()
    {
        WindowStore? failed;
        lock (guard)
        {
            failed = store;
            store = null;
        }

        failed?.Dispose();
    }

    /// <summary>Runs <paramref name="action"/> on the store; the default where it is closed, or is closed meanwhile.</summary>
    public T? Try<T>(Func<WindowStore, T> action)
    {
        WindowStore? current;
        lock (guard)
        {
            current = closed ? null : store;
        }

        try
        {
            return current is null ? default : action(current);
        }
        catch (ObjectDisposedException)
        {
            return default;
        }
    }

    /// <summary>Ends the assignment: makes what was applied durable and closes the store.</summary>
    public void Dispose()
    {
        WindowStore? last;
        lock (guard)
        {
            last = closed ? null : store;
            closed = true;
        }

        try
        {
            last?.Flush();
        }
        finally
        {
            last?.Dispose();
        }
    }

    // Null once the assignment has ended.
    private WindowStore? Current()
    {
        lock (guard)
        {
            return closed ? null : store ??= Reopen();
        }
    }

    private WindowStore Reopen()
    {
        var again = reopen();
        if (again.NextOffset == nextOffset)
        {
            return again;
        }

        using (again)
        {
            throw new DamagedStoreException(Partition.ToString(), $"its next offset is {again.NextOffset?.ToString() ?? "none"}, and was {nextOffset?.ToString() ?? "none"}");
        }
    }
}
