using Confluent.Kafka;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>Records read together, by partition, in the order of each partition.</summary>
internal sealed class RecordBatch
{
    private readonly Dictionary<PartitionWindows, PartitionRecords> parts = [];
    private PartitionRecords? latest;

    /// <summary>Records in it.</summary>
    public int Count { get; private set; }

    /// <summary>The records of each partition.</summary>
    public IReadOnlyCollection<PartitionRecords> Parts => parts.Values;

    /// <summary>Adds the next record of a partition.</summary>
    public void Add(PartitionWindows windows, ConsumeResult<byte[]?, Arrival> record)
    {
        // Records come in runs of one partition.
        if (latest?.Windows != windows)
        {
            if (!parts.TryGetValue(windows, out latest))
            {
                latest = new PartitionRecords(windows);
                parts.Add(windows, latest);
            }
        }

        latest.Add(record);
        Count++;
    }
}

/// <summary>Records of one partition, in their order.</summary>
internal sealed class PartitionRecords(PartitionWindows windows)
{
    private readonly List<DeadLetter> letters = [];

    /// <summary>The partition's windows when the records were read.</summary>
    public PartitionWindows Windows { get; } = windows;

    /// <summary>The usable ones.</summary>
    public EncodedEvents Events { get; } = new();

    /// <summary>The others.</summary>
    public IReadOnlyList<DeadLetter> Letters => letters;

    /// <summary>The offset after the last of them.</summary>
    public long NextOffset { get; private set; }

    /// <summary>Adds the next record.</summary>
    public void Add(ConsumeResult<byte[]?, Arrival> record)
    {
        var (interaction, rejection) = record.Message.Value;
        if (interaction is not null)
        {
            Events.Add(interaction);
        }
        else
        {
            letters.Add(new DeadLetter(record.TopicPartitionOffset, record.Message.Key, record.Message.Headers, rejection!));
        }

        NextOffset = record.Offset.Value + 1;
    }
}
