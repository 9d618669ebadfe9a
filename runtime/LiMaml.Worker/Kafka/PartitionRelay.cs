using Confluent.Kafka;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// A partition of events that are re-keyed. It has no store: how far it is, the group remembers, and is told only what the
/// broker has in the definitions' topics.
/// </summary>
internal sealed class PartitionRelay(TopicPartition partition) : IAssignedPartition
{
    private long next = -1;
    private long end = -1;
    private volatile bool closed;

    /// <inheritdoc/>
    public TopicPartition Partition => partition;

    /// <inheritdoc/>
    public long? NextOffset => Interlocked.Read(ref next) is var offset and >= 0 ? offset : null;

    /// <inheritdoc/>
    public long? Lag => Interlocked.Read(ref end) is var last and >= 0 ? Math.Max(0, last - (NextOffset ?? 0)) : null;

    /// <inheritdoc/>
    public bool Closed => closed;

    /// <summary>Everything before this offset is with the definitions' topics. False, and not noted, where the assignment has ended.</summary>
    public bool Relayed(long nextOffset)
    {
        if (!closed)
        {
            Interlocked.Exchange(ref next, nextOffset);
        }

        return !closed;
    }

    /// <summary>Reading begins there: what is before was relayed by an earlier assignment.</summary>
    public void Begins(Offset offset) => Interlocked.CompareExchange(ref next, offset.Value, -1);

    /// <inheritdoc/>
    public void Ends(Offset offset) => Interlocked.Exchange(ref end, offset.Value);

    /// <summary>Ends the assignment.</summary>
    public void Close() => closed = true;
}
