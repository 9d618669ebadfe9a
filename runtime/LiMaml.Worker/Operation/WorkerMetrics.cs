using System.Diagnostics.Metrics;
using System.Text.Json;
using Confluent.Kafka;
using LiMaml.Runtime.Refresh;
using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Operation;

/// <summary>What the worker counts and measures, by OpenTelemetry's names where there are some.</summary>
internal sealed class WorkerMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "LiMaml.Worker";

    private readonly Counter<long> consumed;
    private readonly Counter<long> rekeyed;
    private readonly Counter<long> deadLetters;
    private readonly Counter<long> adapted;
    private readonly Counter<long> samples;
    private readonly Counter<long> guardrails;
    private readonly Histogram<double> refreshes;
    private readonly Meter meter;
    private readonly TimeProvider clock;

    /// <summary>Measures <paramref name="stores"/> when asked, the rest as it is told.</summary>
    public WorkerMetrics(IMeterFactory meters, PartitionStores stores, ConsumptionStatus status, TimeProvider clock)
    {
        this.clock = clock;
        meter = meters.Create(MeterName);
        consumed = meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Events taken up by the windows, or re-keyed.");
        rekeyed = meter.CreateCounter<long>("limaml.rekeyed.events", "{event}", "Events written to the topics of task definitions, by definition.");
        deadLetters = meter.CreateCounter<long>("limaml.dead_letters", "{message}", "Records sent to the dead-letter topic, by reason.");
        adapted = meter.CreateCounter<long>("limaml.adaptation.tasks", "{task}", "Tasks adapted, by kind of refresh; those held by a guardrail included.");
        samples = meter.CreateCounter<long>("limaml.adaptation.samples", "{sample}", "Support samples adapted to.");
        guardrails = meter.CreateCounter<long>("limaml.adaptation.guardrails", "{task}", "Tasks whose adapted embedding was not used, by reason.");
        refreshes = meter.CreateHistogram<double>("limaml.adaptation.duration", "s", "Time that refreshes took, by kind.");
        meter.CreateObservableGauge("limaml.consumer.waiting", () => status.Trouble is null ? 0 : 1, description: "1 while consumption waits for a disk or a broker.");
        Observe(meter, stores, clock);
    }

    /// <summary>Events of a partition were taken up.</summary>
    public void Consumed(TopicPartition partition, int count) => consumed.Add(count, TagsOf(partition));

    /// <summary>Events were re-keyed.</summary>
    public void Rekeyed(IReadOnlyList<RekeyedEvent> events)
    {
        foreach (var (task, count) in events.SelectMany(one => one.Event.Tasks).CountBy(task => task.Task))
        {
            rekeyed.Add(count, new KeyValuePair<string, object?>("task", task));
        }
    }

    /// <summary>A record went to the dead letters.</summary>
    public void DeadLettered(string reason) => deadLetters.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A refresh was done.</summary>
    public void Refreshed(RefreshRecord record)
    {
        var kind = new KeyValuePair<string, object?>("kind", record.Kind == RefreshKind.Full ? "full" : "changed");
        adapted.Add(record.TaskCount, kind);
        samples.Add(record.SampleCount, kind);
        refreshes.Record((record.Finished - record.Started).TotalSeconds, kind);
        foreach (var (reason, count) in record.GuardrailCounts)
        {
            guardrails.Add(count, new KeyValuePair<string, object?>("reason", JsonNamingPolicy.CamelCase.ConvertName(reason.ToString())));
        }
    }

    /// <summary>From now on measures what is published, too.</summary>
    public void Watch(ModelHost models)
    {
        RefreshRecord? last = null;
        models.Refreshed += record =>
        {
            Refreshed(record);
            last = record;
        };
        meter.CreateObservableGauge("limaml.graphs.provider", () => ProvidersOf(models), description: "1, tagged with what executes the graphs that score and those that adapt.");
        meter.CreateObservableGauge("limaml.embedding.generation", () => Measured<long>(models.Pointer?.Generation), description: "Generation that requests are scored with.");
        meter.CreateObservableGauge("limaml.embedding.age", () => Measured(Age(models.Pointer?.PublishedAt)), "s", "Time since the generation was published.");
        meter.CreateObservableGauge("limaml.embedding.refresh_age", () => Measured(Age(last?.Finished)), "s", "Time since embeddings were last made, by schedule or for tasks that changed.");
        meter.CreateObservableGauge("limaml.embedding.event_age", () => Measured(Age(last?.AsOf)), "s", "Age of the newest event when embeddings were last made.");
    }

    private static IEnumerable<Measurement<int>> ProvidersOf(ModelHost models) =>
        models.Providers.Select(each => new Measurement<int>(1, [new("graphs", each.Graphs), new("provider", JsonNamingPolicy.CamelCase.ConvertName($"{each.Provider}"))]));

    private double? Age(DateTimeOffset? moment) => (clock.GetUtcNow() - moment)?.TotalSeconds;

    private static Measurement<T>[] Measured<T>(T? value)
        where T : struct => value is { } measured ? [new Measurement<T>(measured)] : [];

    private static void Observe(Meter meter, PartitionStores stores, TimeProvider clock)
    {
        IEnumerable<Measurement<T>> Each<T>(Func<PartitionWindows, T?> value)
            where T : struct =>
            from windows in stores.Open
            let measured = value(windows)
            where measured is not null
            select new Measurement<T>(measured.Value, TagsOf(windows.Partition));

        IEnumerable<Measurement<long>> Everywhere(Func<IAssignedPartition, long?> value) =>
            from assigned in stores.All
            let measured = value(assigned)
            where measured is not null
            select new Measurement<long>(measured.Value, TagsOf(assigned.Partition));

        IEnumerable<Measurement<long>> Counts() =>
            from windows in stores.Open
            let counts = windows.Try(store => store.Counts)
            where counts is not null
            from count in new[] { ("consumed", counts.Consumed), ("late", counts.Late), ("duplicate", counts.Duplicate), ("displaced", counts.Displaced), ("expired", counts.Expired) }
            select new Measurement<long>(count.Item2, [.. TagsOf(windows.Partition), new("outcome", count.Item1)]);

        meter.CreateObservableGauge("limaml.consumer.partitions", () => stores.All.Count, "{partition}", "Partitions assigned to this worker.");
        meter.CreateObservableGauge("limaml.consumer.next_offset", () => Everywhere(assigned => assigned.NextOffset), description: "The offset to read next: of windows their own, of events that are re-keyed the group's.");
        meter.CreateObservableGauge("limaml.consumer.lag", () => Everywhere(assigned => assigned.Lag), "{message}", "Records between the next offset and the partition's end.");
        meter.CreateObservableCounter("limaml.window.events", Counts, "{event}", "What became of events, since the partition's store was made.");
        meter.CreateObservableGauge("limaml.window.tasks", () => Each(windows => windows.Totals?.TaskCount), "{task}", "Windows, as last counted.");
        meter.CreateObservableGauge("limaml.window.samples", () => Each(windows => windows.Totals?.SampleCount), "{sample}", "Samples on disk, as last counted.");
        meter.CreateObservableGauge("limaml.window.dirty_tasks", () => Each(windows => windows.Totals?.DirtyCount), "{task}", "Tasks that changed since they were adapted, as last counted.");
        meter.CreateObservableGauge("limaml.window.disk", () => Each(windows => windows.Totals?.DiskBytes), "By", "Size of the window stores, as last counted.");
        meter.CreateObservableGauge(
            "limaml.window.watermark_age",
            () => Each(windows => windows.Try(store => store.Watermark) is { } time ? (double?)(clock.GetUtcNow() - DateTimeOffset.UnixEpoch.AddMicroseconds(time)).TotalSeconds : null),
            "s",
            "Age of the newest event of each partition.");
    }

    private static KeyValuePair<string, object?>[] TagsOf(TopicPartition partition) =>
        [new("messaging.destination.name", partition.Topic), new("messaging.destination.partition.id", partition.Partition.Value)];
}
