using System.Collections.Concurrent;
using Confluent.Kafka;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>The windows of the partitions that this worker has now. Consumption opens and closes them; everyone else reads.</summary>
internal sealed class PartitionStores(StateFolder state, EventSchema schema, WindowOptions options, ILogger<PartitionStores> logger) : IDisposable
{
    private readonly ConcurrentDictionary<TopicPartition, PartitionWindows> open = new();
    private volatile EventSchema current = schema;

    /// <summary>What is assigned and open.</summary>
    public IReadOnlyCollection<PartitionWindows> Open => [.. open.Values];

    /// <summary>Opens the windows of a newly assigned partition.</summary>
    /// <exception cref="LiMaml.Models.InvalidInputException">Another process has them open.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public PartitionWindows Assign(TopicPartition partition)
    {
        Release(partition);
        var folder = state.PathOf(partition.Topic, partition.Partition);
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

    /// <summary>Erases a task's window from every store of the topic, those of partitions that other workers have now included.</summary>
    public void Forget(string topic, string task, string key)
    {
        foreach (var partition in state.Partitions(topic))
        {
            if (!open.TryGetValue(new TopicPartition(topic, partition), out var windows) || !windows.Try(store => Forget(store, task, key)))
            {
                using var store = state.Open(topic, partition, current, options);
                Forget(store, task, key);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var partition in open.Keys)
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
