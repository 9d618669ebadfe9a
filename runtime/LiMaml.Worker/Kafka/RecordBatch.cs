using Confluent.Kafka;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>Records read together, by partition, in the order of each partition.</summary>
internal sealed class RecordBatch
{
    private readonly Dictionary<IAssignedPartition, PartitionRecords> parts = [];
    private PartitionRecords? latest;

    /// <summary>Records in it.</summary>
    public int Count { get; private set; }

    /// <summary>The records of each partition.</summary>
    public IReadOnlyCollection<PartitionRecords> Parts => parts.Values;

    /// <summary>Adds the next record of a partition.</summary>
    public void Add(IAssignedPartition partition, ConsumeResult<byte[]?, Arrival> record)
    {
        // Records come in runs of one partition.
        if (latest?.Partition != partition)
        {
            if (!parts.TryGetValue(partition, out latest))
            {
                latest = new PartitionRecords(partition);
                parts.Add(partition, latest);
            }
        }

        latest.Add(record);
        Count++;
    }
}

/// <summary>Records of one partition, in their order.</summary>
internal sealed class PartitionRecords(IAssignedPartition partition)
{
    private readonly List<DeadLetter> letters = [];
    private readonly List<RekeyedEvent> rekeyed = [];

    /// <summary>The partition as it was assigned when the records were read.</summary>
    public IAssignedPartition Partition { get; } = partition;

    /// <summary>The usable ones, for the partition's windows.</summary>
    public EncodedEvents Events { get; } = new();

    /// <summary>The usable ones of a partition whose events are re-keyed.</summary>
    public IReadOnlyList<RekeyedEvent> Rekeyed => rekeyed;

    /// <summary>How many are usable.</summary>
    public int EventCount => Events.Count + rekeyed.Count;

    /// <summary>The others.</summary>
    public IReadOnlyList<DeadLetter> Letters => letters;

    /// <summary>The offset after the last of them.</summary>
    public long NextOffset { get; private set; }

    /// <summary>Adds the next record.</summary>
    public void Add(ConsumeResult<byte[]?, Arrival> record)
    {
        var (interaction, rejection, original) = record.Message.Value;
        if (interaction is not null)
        {
            Events.Add(interaction);
        }
        else if (original is not null)
        {
            rekeyed.Add(new RekeyedEvent(record.TopicPartitionOffset, original, record.Message.Headers, record.Message.Timestamp));
        }
        else
        {
            letters.Add(new DeadLetter(record.TopicPartitionOffset, record.Message.Key, record.Message.Headers, rejection!));
        }

        NextOffset = record.Offset.Value + 1;
    }
}
