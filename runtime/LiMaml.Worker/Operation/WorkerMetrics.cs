using System.Diagnostics.Metrics;
using Confluent.Kafka;
using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Operation;

/// <summary>What the worker counts and measures, by OpenTelemetry's names where there are some.</summary>
internal sealed class WorkerMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "LiMaml.Worker";

    private readonly Counter<long> consumed;
    private readonly Counter<long> deadLetters;

    /// <summary>Measures <paramref name="stores"/> when asked, the rest as it is told.</summary>
    public WorkerMetrics(IMeterFactory meters, PartitionStores stores, ConsumptionStatus status, TimeProvider clock)
    {
        var meter = meters.Create(MeterName);
        consumed = meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Events taken up by the windows.");
        deadLetters = meter.CreateCounter<long>("limaml.dead_letters", "{message}", "Records sent to the dead-letter topic, by reason.");
        meter.CreateObservableGauge("limaml.consumer.waiting", () => status.Trouble is null ? 0 : 1, description: "1 while consumption waits for a disk or a broker.");
        Observe(meter, stores, clock);
    }

    /// <summary>Events of a partition were taken up.</summary>
    public void Consumed(TopicPartition partition, int count) => consumed.Add(count, TagsOf(partition));

    /// <summary>A record went to the dead letters.</summary>
    public void DeadLettered(string reason) => deadLetters.Add(1, new KeyValuePair<string, object?>("reason", reason));

    private static void Observe(Meter meter, PartitionStores stores, TimeProvider clock)
    {
        IEnumerable<Measurement<T>> Each<T>(Func<PartitionWindows, T?> value)
            where T : struct =>
            from windows in stores.Open
            let measured = value(windows)
            where measured is not null
            select new Measurement<T>(measured.Value, TagsOf(windows.Partition));

        IEnumerable<Measurement<long>> Counts() =>
            from windows in stores.Open
            let counts = windows.Try(store => store.Counts)
            where counts is not null
            from count in new[] { ("consumed", counts.Consumed), ("late", counts.Late), ("duplicate", counts.Duplicate), ("displaced", counts.Displaced), ("expired", counts.Expired) }
            select new Measurement<long>(count.Item2, [.. TagsOf(windows.Partition), new("outcome", count.Item1)]);

        meter.CreateObservableGauge("limaml.consumer.partitions", () => stores.Open.Count, "{partition}", "Partitions assigned to this worker.");
        meter.CreateObservableGauge("limaml.consumer.lag", () => Each(windows => windows.Lag), "{message}", "Records between the windows' next offset and the partition's end.");
        meter.CreateObservableCounter("limaml.window.events", Counts, "{event}", "What became of events, since the partition's store was made.");
        meter.CreateObservableGauge("limaml.window.dirty_tasks", () => Each(windows => windows.Try(store => (long?)store.DirtyCount)), "{task}", "Tasks that changed since they were adapted, roughly.");
        meter.CreateObservableGauge("limaml.window.disk", () => Each(windows => windows.Try(store => (long?)store.DiskBytes)), "By", "Size of the window stores, roughly.");
        meter.CreateObservableGauge(
            "limaml.window.watermark_age",
            () => Each(windows => windows.Try(store => store.Watermark) is { } time ? (double?)(clock.GetUtcNow() - DateTimeOffset.UnixEpoch.AddMicroseconds(time)).TotalSeconds : null),
            "s",
            "Age of the newest event of each partition.");
    }

    private static KeyValuePair<string, object?>[] TagsOf(TopicPartition partition) =>
        [new("messaging.destination.name", partition.Topic), new("messaging.destination.partition.id", partition.Partition.Value)];
}
