using Confluent.Kafka;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// Which partitions the group has given to this worker, and where each resumes: at its store's own next offset, or, where its
/// events are re-keyed, at the group's. Belongs to the consumer's thread. A partition whose store can't be opened yet stays assigned and is tried again.
/// </summary>
internal sealed class Assignment(
    PartitionStores stores, TaskTopics topics, KafkaOptions options, WindowOptions windowOptions, ConsumptionStatus status, TimeProvider clock, ILogger<Assignment> logger)
{
    private static readonly TimeSpan TendTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookupTime = TimeSpan.FromSeconds(10);
    private readonly Dictionary<TopicPartition, IAssignedPartition?> partitions = [];
    private readonly HashSet<TopicPartition> paused = [];
    private IAssignedPartition? latest;
    private long tended;

    /// <summary>An assigned partition; null where its records are of no use yet.</summary>
    public IAssignedPartition? Find(string topic, Partition partition)
    {
        // Records come in runs of one partition.
        if (latest is null || latest.Partition.Partition != partition || latest.Partition.Topic != topic)
        {
            latest = partitions.GetValueOrDefault(new TopicPartition(topic, partition));
        }

        return latest;
    }

    /// <summary>Partitions are given: opens their windows, and says where to begin.</summary>
    public IEnumerable<TopicPartitionOffset> Take(IConsumer<byte[]?, Arrival> consumer, IReadOnlyCollection<TopicPartition> given)
    {
        logger.LogInformation("Assigned: {Partitions}", string.Join(", ", given));
        var places = given.Select(partition => new TopicPartitionOffset(partition, Open(consumer, partition) ?? Offset.Beginning)).ToList();
        status.Assigned(partitions.Count);
        return places;
    }

    /// <summary>Partitions are asked back: tells the group how far they are, flushes and closes their windows.</summary>
    public void GiveBack(IConsumer<byte[]?, Arrival> consumer, IReadOnlyCollection<TopicPartitionOffset> asked)
    {
        foreach (var partition in asked)
        {
            StoreOffset(consumer, partitions.GetValueOrDefault(partition.TopicPartition));
        }

        Lose(asked);
    }

    /// <summary>Partitions are another's already: nothing is committed, only closed.</summary>
    public void Lose(IReadOnlyCollection<TopicPartitionOffset> lost)
    {
        logger.LogInformation("No longer assigned: {Partitions}", string.Join(", ", lost.Select(partition => partition.TopicPartition)));
        foreach (var partition in lost)
        {
            Release(partition.TopicPartition);
        }
    }

    /// <summary>Everything is given up.</summary>
    public void End()
    {
        foreach (var partition in partitions.Keys.ToList())
        {
            Release(partition);
        }
    }

    /// <summary>Takes no more records for now.</summary>
    public void Pause(IConsumer<byte[]?, Arrival> consumer)
    {
        var running = partitions.Keys.Where(partition => !paused.Contains(partition)).ToList();
        if (running.Count > 0)
        {
            consumer.Pause(running);
            paused.UnionWith(running);
        }
    }

    /// <summary>Takes records again.</summary>
    public void Resume(IConsumer<byte[]?, Arrival> consumer)
    {
        consumer.Resume(paused);
        paused.Clear();
    }

    /// <summary>Every second: tells the group how far the windows are, measures lag, and mends what is not open.</summary>
    public void Tend(IConsumer<byte[]?, Arrival> consumer)
    {
        if (tended != 0 && clock.GetElapsedTime(tended) < TendTime)
        {
            return;
        }

        tended = clock.GetTimestamp();
        foreach (var (partition, assigned) in partitions.ToList())
        {
            if (assigned is null || assigned.Closed)
            {
                Mend(consumer, partition);
                continue;
            }

            StoreOffset(consumer, assigned);
            assigned.Ends(consumer.GetWatermarkOffsets(partition).High);
        }
    }

    /// <summary>Reads a partition from another offset on. False where that can't be done now: it is opened again then, and nothing is taken up meanwhile.</summary>
    public bool GoBack(IConsumer<byte[]?, Arrival> consumer, TopicPartitionOffset place)
    {
        try
        {
            consumer.Seek(place);
            return true;
        }
        catch (KafkaException fault)
        {
            logger.LogWarning(fault, "{Place} can't be gone to yet.", place);
            latest = null;
            partitions[place.TopicPartition] = null;
            stores.Release(place.TopicPartition);
            return false;
        }
    }

    private void Mend(IConsumer<byte[]?, Arrival> consumer, TopicPartition partition)
    {
        latest = null;
        if (Open(consumer, partition) is { } start && GoBack(consumer, new TopicPartitionOffset(partition, start)))
        {
            logger.LogInformation("{Partition} goes on at offset {Offset}.", partition, start);
        }
    }

    private Offset? Open(IConsumer<byte[]?, Arrival> consumer, TopicPartition partition)
    {
        partitions[partition] = null;
        if (topics.IsRekeyed(partition.Topic))
        {
            return OpenRelay(consumer, partition);
        }

        try
        {
            var windows = stores.Assign(partition);
            partitions[partition] = windows;
            status.Resume();
            return windows.NextOffset is { } next ? next : Start(consumer, partition);
        }
#pragma warning disable CA1031 // a locked store or a full disk must not end the thread: it is tried again
        catch (Exception fault)
#pragma warning restore CA1031
        {
            if (status.Wait($"the windows of {partition} can't be opened: {fault.Message}"))
            {
                logger.LogError(fault, "The windows of {Partition} can't be opened. It is tried again.", partition);
            }

            return null;
        }
    }

    // Null where the broker does not say how far the group is: nothing is taken up then.
    private Offset? OpenRelay(IConsumer<byte[]?, Arrival> consumer, TopicPartition partition)
    {
        try
        {
            var committed = consumer.Committed([partition], LookupTime)[0].Offset;
            var start = committed.IsSpecial ? Start(consumer, partition) : committed;
            var relay = stores.Relay(partition);
            if (!start.IsSpecial)
            {
                relay.Begins(start);
            }

            partitions[partition] = relay;
            status.Resume();
            return start;
        }
        catch (KafkaException fault)
        {
            if (status.Wait($"the group does not say how far {partition} is: {fault.Error.Reason}"))
            {
                logger.LogWarning(fault, "The group does not say how far {Partition} is. It is tried again.", partition);
            }

            return null;
        }
    }

    private Offset Start(IConsumer<byte[]?, Arrival> consumer, TopicPartition partition)
    {
        if (options.StartFrom == StartFrom.Beginning)
        {
            return Offset.Beginning;
        }

        try
        {
            var from = new Timestamp(clock.GetUtcNow() - windowOptions.MaxAge);
            var found = consumer.OffsetsForTimes([new TopicPartitionTimestamp(partition, from)], LookupTime)[0].Offset;
            // No record is that young: the windows' age counts from the newest event, so the old ones still matter.
            return found == Offset.End ? Offset.Beginning : found;
        }
        catch (KafkaException fault)
        {
            logger.LogWarning(fault, "{Partition} begins at its beginning, since the broker did not say where {Age} ago is.", partition, windowOptions.MaxAge);
            return Offset.Beginning;
        }
    }

    private void Release(TopicPartition partition)
    {
        latest = null;
        partitions.Remove(partition);
        paused.Remove(partition);
        stores.Release(partition);
        status.Released(partitions.Count);
    }

    // Of windows for whoever watches the group's lag: their own offset is what counts. Of what is re-keyed this is what counts.
    private void StoreOffset(IConsumer<byte[]?, Arrival> consumer, IAssignedPartition? assigned)
    {
        if (assigned?.NextOffset is not { } next)
        {
            return;
        }

        try
        {
            consumer.StoreOffset(new TopicPartitionOffset(assigned.Partition, next));
        }
        catch (KafkaException fault)
        {
            logger.LogDebug(fault, "The group was not told the offset of {Partition}.", assigned.Partition);
        }
    }
}
