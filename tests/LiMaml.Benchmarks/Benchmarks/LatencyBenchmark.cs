using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LiMaml.Benchmarks.Streaming;
using LiMaml.Worker.Broker;
using LiMaml.Worker.Operation;
using Microsoft.Extensions.Configuration;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>How long after an event scoring sees an embedding that knows of it.</summary>
internal sealed class LatencyBenchmark : Benchmark
{
    private const int Partitions = 4;
    private const int Members = 4000;
    private const int PerSecond = 2000;
    private const int Seconds = 60;
    private const int WarmUpSeconds = 10;
    private const int TrackedShare = 10;
    private static readonly TimeSpan ProbeTime = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private readonly ConcurrentQueue<Tracked> accepted = [];
    private readonly Latencies latencies = new();
    private readonly Lazy<EmbeddedBroker> broker = new(() => EmbeddedBroker.Start());
    private readonly Lazy<WorkerFolder> folder = new();

    internal override string Name => "latency";

    internal override string Description =>
        $"Continuous mode with Schedule:ContinuousDelay=00:00:01: {PerSecond} events/s of {Members} members for {Seconds} s after {WarmUpSeconds} s to warm up, in {Partitions} partitions of the embedded broker, in one process with the worker "
        + "(meta block 64-64-32, global block 256-128-64-1, support 32, k = 1). "
        + $"For one event in {TrackedShare}: time from the broker's acknowledgement to the first of the looks at the embedding store, {ProbeTime.TotalMilliseconds} ms apart, at which requests get an embedding whose newest event is that one or a later one.";

    internal override string Run(AlternatingRunner runner) => RunAsync().GetAwaiter().GetResult();

    public override void Dispose()
    {
        Dispose(broker);
        Dispose(folder);
        base.Dispose();
    }

    private async Task<string> RunAsync()
    {
        broker.Value.CreateTopic(StreamedModel.Topic, Partitions);
        folder.Value.AddPackage("first", 0.01);
        await using var worker = await WorkerHost.StartAsync(new ConfigurationBuilder().AddInMemoryCollection(folder.Value.Settings(broker.Value.BootstrapServers)).Build());
        using var source = new EventSource(broker.Value.BootstrapServers, Partitions);
        await FillAsync(worker, source);
        using var sending = new CancellationTokenSource(TimeSpan.FromSeconds(WarmUpSeconds + Seconds));
        var (began, before) = (Stopwatch.GetTimestamp(), source.Sent);
        var probing = Task.Run(() => ProbeAsync(worker, sending.Token));
        await Task.Factory.StartNew(() => Send(source, sending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var rate = (source.Sent - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        source.Flush();
        return Report(rate, await probing);
    }

    // Every member has an embedding before the clock starts.
    private static async Task FillAsync(WorkerHost worker, EventSource source)
    {
        var random = new Random(1);
        for (var member = 0; member < Members; member++)
        {
            source.Send(member, StreamedModel.Event(random, StreamedModel.Member(member), StreamedModel.Microseconds(DateTimeOffset.UtcNow)));
        }

        source.Flush();
        for (var waited = Stopwatch.StartNew(); worker.RecordCount < Members || worker.Pointer is null; await Task.Delay(20))
        {
            if (waited.Elapsed > Deadline)
            {
                throw new TimeoutException($"{worker.RecordCount} of {Members} events were taken up");
            }
        }

        await worker.RefreshAsync();
    }

    private void Send(EventSource source, CancellationToken stop)
    {
        var (random, began, last, number) = (new Random(2), Stopwatch.GetTimestamp(), 0L, 0);
        EventSource.AtRate(PerSecond, SendNext, stop);

        void SendNext()
        {
            var member = random.Next(Members);
            var (key, time) = (StreamedModel.Member(member), last = Math.Max(last + 1, StreamedModel.Microseconds(DateTimeOffset.UtcNow)));
            var counts = number++ % TrackedShare == 0 && Stopwatch.GetElapsedTime(began).TotalSeconds > WarmUpSeconds;
            source.Send(member, StreamedModel.Event(random, key, time), counts ? () => accepted.Enqueue(new Tracked(key, time, Stopwatch.GetTimestamp())) : null);
        }
    }

    /// <summary>Looks until everything is seen; returns how many events were not.</summary>
    private async Task<int> ProbeAsync(WorkerHost worker, CancellationToken sending)
    {
        var waiting = new List<Tracked>();
        for (var after = new Stopwatch(); after.Elapsed < Deadline && !(sending.IsCancellationRequested && after.Elapsed > TimeSpan.FromSeconds(2) && waiting.Count == 0); await Task.Delay(ProbeTime, CancellationToken.None))
        {
            if (sending.IsCancellationRequested)
            {
                after.Start();
            }

            while (accepted.TryDequeue(out var next))
            {
                waiting.Add(next);
            }

            var embeddings = await worker.Embeddings.ReadAsync(worker.Pointer!, SyntheticInteractions.Task, [.. waiting.Select(each => each.Key)], CancellationToken.None);
            var seen = waiting.Where((each, place) => embeddings[place]?.NewestEventTime >= each.EventTime).ToHashSet();
            seen.ToList().ForEach(each => latencies.Add(Stopwatch.GetElapsedTime(each.Accepted)));
            waiting.RemoveAll(seen.Contains);
        }

        return waiting.Count;
    }

    private string Report(double rate, int unseen) => string.Create(CultureInfo.InvariantCulture,
        $"""
        ## {Name}

        {Description}

        | Events/s sent | Events timed | Never seen | p50 s | p90 s | p99 s | Largest s |
        |---|---|---|---|---|---|---|
        | {rate:F0} | {latencies.Count} | {unseen} | {latencies.Percentile(0.5) / 1000:F2} | {latencies.Percentile(0.9) / 1000:F2} | {latencies.Percentile(0.99) / 1000:F2} | {latencies.Percentile(1) / 1000:F2} |

        """);

    private sealed record Tracked(string Key, long EventTime, long Accepted);
}
