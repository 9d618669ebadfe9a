using System.Collections.Concurrent;
using Confluent.Kafka;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>The partitions that this worker has now: windows, and what is re-keyed. Consumption opens and closes them; everyone else reads.</summary>
internal sealed class PartitionStores(StateFolder state, EventSchema schema, TaskTopics topics, ILogger<PartitionStores> logger) : IDisposable
{
    private readonly ConcurrentDictionary<TopicPartition, PartitionWindows> open = new();
    private readonly ConcurrentDictionary<TopicPartition, PartitionRelay> relays = new();
    private volatile EventSchema current = schema;

    /// <summary>What is assigned and open.</summary>
    public IReadOnlyCollection<PartitionWindows> Open => [.. open.Values];

    /// <summary>What is assigned and re-keyed.</summary>
    public IReadOnlyCollection<PartitionRelay> Relays => [.. relays.Values];

    /// <summary>Both.</summary>
    public IReadOnlyList<IAssignedPartition> All => [.. open.Values, .. relays.Values];

    /// <summary>Opens the windows of a newly assigned partition.</summary>
    /// <exception cref="LiMaml.Models.InvalidInputException">Another process has them open.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public PartitionWindows Assign(TopicPartition partition)
    {
        Release(partition);
        var folder = state.PathOf(partition.Topic, partition.Partition);
        var options = topics.WindowsOf(partition.Topic);
        var store = state.Open(partition.Topic, partition.Partition, current, options);
        var windows = new PartitionWindows(partition, store, () => WindowStore.Open(folder, current, options));
        open[partition] = windows;
        return windows;
    }

    /// <summary>Closes the windows of a partition that was taken away.</summary>
    public void Release(TopicPartition partition)
    {
        if (open.TryRemove(partition, out var windows))
        {
            Close(windows);
        }

        if (relays.TryRemove(partition, out var relay))
        {
            relay.Close();
        }
    }

    /// <summary>Moves a damaged store aside; the partition has to be assigned anew.</summary>
    public void Abandon(PartitionWindows windows, Exception fault)
    {
        open.TryRemove(new KeyValuePair<TopicPartition, PartitionWindows>(windows.Partition, windows));
        Close(windows);
        try
        {
            state.MoveAside(state.PathOf(windows.Partition.Topic, windows.Partition.Partition), fault);
        }
        catch (IOException refused)
        {
            // Whoever opens it finds it damaged again.
            logger.LogError(refused, "The damaged windows of {Partition} can't be moved aside.", windows.Partition);
        }
    }

    /// <summary>Moves the store aside in which someone found damage.</summary>
    public void Abandon(DamagedStoreException fault)
    {
        var damaged = open.Values.FirstOrDefault(windows => state.PathOf(windows.Partition.Topic, windows.Partition.Partition) == fault.Folder);
        if (damaged is not null)
        {
            Abandon(damaged, fault);
        }
    }

    /// <summary>From now on events are of <paramref name="newSchema"/>.</summary>
    public void Use(EventSchema newSchema)
    {
        current = newSchema;
        foreach (var windows in open.Values)
        {
            windows.Try(store =>
            {
                store.Use(newSchema);
                return true;
            });
        }
    }

    /// <summary>The windows as they are now, one view for each partition; the caller disposes them.</summary>
    public IReadOnlyList<WindowView> Views() => [.. open.Values.Select(windows => windows.Try(store => store.View())).OfType<WindowView>()];

    /// <summary>Begins to re-key a newly assigned partition.</summary>
    public PartitionRelay Relay(TopicPartition partition)
    {
        Release(partition);
        return relays[partition] = new PartitionRelay(partition);
    }

    /// <summary>Erases a task's window from every store of its topic, those of partitions that other workers have now included.</summary>
    public void Forget(string task, string key)
    {
        var topic = topics.TopicOf(task);
        foreach (var partition in state.Partitions(topic))
        {
            if (!open.TryGetValue(new TopicPartition(topic, partition), out var windows) || !windows.Try(store => Forget(store, task, key)))
            {
                using var store = state.Open(topic, partition, current, topics.WindowsOf(topic));
                Forget(store, task, key);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var partition in open.Keys.Concat(relays.Keys))
        {
            Release(partition);
        }
    }

    private static bool Forget(WindowStore store, string task, string key)
    {
        store.Forget(task, key);
        store.Flush();
        return true;
    }

    // Closing must not keep a partition from moving on: what could not be made durable is read again from the topic.
    private void Close(PartitionWindows windows)
    {
        try
        {
            windows.Dispose();
        }
#pragma warning disable CA1031
        catch (Exception fault)
#pragma warning restore CA1031
        {
            logger.LogError(fault, "Closing the windows of {Partition} failed; what is missing is read again.", windows.Partition);
        }
    }
}
