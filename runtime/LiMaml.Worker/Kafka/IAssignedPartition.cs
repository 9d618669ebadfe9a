using Confluent.Kafka;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// A partition from its assignment until it is taken away. What was read for one assignment is never taken up by the next:
/// a batch holds on to this object, and this object ends with the assignment.
/// </summary>
internal interface IAssignedPartition
{
    /// <summary>Which partition.</summary>
    TopicPartition Partition { get; }

    /// <summary>The offset to read next; null where nothing was taken up yet.</summary>
    long? NextOffset { get; }

    /// <summary>Records between <see cref="NextOffset"/> and the partition's end as last seen; null while that is unknown.</summary>
    long? Lag { get; }

    /// <summary>Whether the assignment has ended.</summary>
    bool Closed { get; }

    /// <summary>The partition's end was seen there.</summary>
    void Ends(Offset offset);
}
