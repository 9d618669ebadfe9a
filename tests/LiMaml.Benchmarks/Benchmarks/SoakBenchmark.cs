using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiMaml.Benchmarks.Streaming;
using LiMaml.Worker.Broker;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>Whether a worker under load stays as it is: what it holds, what it answers, through swap after swap.</summary>
internal sealed class SoakBenchmark : Benchmark
{
    private const int Partitions = 4;
    private const int Members = 2000;
    private const int StillMembers = 32;
    private const int EventsEach = 40;
    private const int Fills = 8;
    private const int PerSecond = 300;
    private const int Clients = 4;
    private const int FewestSwaps = 24;
    private const int JournalBytes = 2 << 20;
    private static readonly TimeSpan LongestBetweenSwaps = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Lazy<EmbeddedBroker> broker = new(() => EmbeddedBroker.Start());
    private readonly Lazy<WorkerFolder> folder = new();
    private readonly List<Holding> holdings = [];
    private readonly Random random = new(1);
    private long lastTime;
    private int swaps;

    /// <summary>For how long the worker is under load.</summary>
    internal TimeSpan Duration { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Where the measurements go, each as it is taken; nowhere where null.</summary>
    internal FileInfo? Csv { get; set; }

    internal override string Name => "soak";

    internal override string Description => string.Create(CultureInfo.InvariantCulture,
        $"A worker in a process of its own for {Duration.TotalMinutes:0.#} minutes: {PerSecond} events/s of {Members} members adapted within a second, {Clients} HTTP clients that score 1 to 200 rows at a time on connections that last 5 s, and another package every {BetweenSwaps.TotalSeconds:0.#} s. "
        + $"Half of the requests are for {StillMembers} members whose events have ended: their answers must be, to the bit, those of one bundle or the other. Windows:Capacity is {EventsEach}, an eighth of the events that members have before, and Windows:JournalBytes {JournalBytes}, so that windows and write buffers do not fill all the time. Measured every {BetweenMeasurements.TotalSeconds:0.#} s.");

    private TimeSpan BetweenSwaps => Shorter(LongestBetweenSwaps, Duration / FewestSwaps);

    private TimeSpan BetweenMeasurements => Shorter(TimeSpan.FromSeconds(10), Duration / FewestSwaps);

    internal override string Run(AlternatingRunner runner) => RunAsync().GetAwaiter().GetResult();

    public override void Dispose()
    {
        Dispose(broker);
        Dispose(folder);
        base.Dispose();
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    // Windows are full from the start and write buffers soon: what grows after that is a leak.
    private Dictionary<string, string?> Settings() => new(folder.Value.Settings(broker.Value.BootstrapServers))
    {
        ["Windows:Capacity"] = $"{EventsEach}",
        ["Windows:JournalBytes"] = $"{JournalBytes}",
    };

    private async Task<string> RunAsync()
    {
        broker.Value.CreateTopic(StreamedModel.Topic, Partitions);
        string[] bundles = [folder.Value.AddPackage("first", 0.01), folder.Value.AddPackage("second", 0.03)];
        folder.Value.Choose("first");
        using var worker = new WorkerProcess(folder.Value.State, Settings());
        using var source = new EventSource(broker.Value.BootstrapServers, Partitions);
        using var http = new HttpClient { BaseAddress = await worker.AddressAsync() };
        await FillAsync(worker, http, source);
        var (still, moving) = await RequestsAsync(http);
        var expected = await ExpectedAsync(http, bundles, still, moving);
        var clients = Enumerable.Range(0, Clients).Select(_ => new SoakClient(http.BaseAddress!, still, moving, expected)).ToList();
        await LoadAsync(worker, http, source, clients, bundles);
        var (sent, (exitCode, ending)) = (source.Sent, await worker.TerminateAsync());
        clients.ForEach(client => client.Dispose());
        return Report(clients, sent, worker, exitCode, ending);
    }

    /// <summary>Events for all members, as often as it takes until the stores have merged files, and all of them adapted to.</summary>
    private async Task FillAsync(WorkerProcess worker, HttpClient http, EventSource source)
    {
        for (var fill = 0; fill < Fills; fill++)
        {
            for (var number = 0; number < Members * EventsEach; number++)
            {
                Send(source, number % Members);
            }

            source.Flush();
            await AwaitAsync(async () => await worker.MetricAsync("limaml_consumer_next_offset") >= source.Sent, () => "the worker did not take up all events\n" + worker.Output);
        }

        using var refreshed = await http.PostAsync(new Uri("/admin/refresh", UriKind.Relative), null);
        refreshed.EnsureSuccessStatusCode();
        await SettleAsync(worker);
    }

    // What was adapted beside the refresh, to windows that were not complete, is adapted once more by itself.
    private static async Task SettleAsync(WorkerProcess worker)
    {
        var before = default(double?);
        await AwaitAsync(
            async () =>
            {
                await Task.Delay(Quiet);
                var now = await worker.MetricAsync("limaml_adaptation_tasks_total");
                (var isQuiet, before) = (now == before, now);
                return isQuiet;
            },
            () => "tasks are adapted without end\n" + worker.Output);
    }

    private void Send(EventSource source, int member)
    {
        lastTime = Math.Max(lastTime + 1, StreamedModel.Microseconds(DateTimeOffset.UtcNow));
        source.Send(member, StreamedModel.Event(random, StreamedModel.Member(member), lastTime));
    }

    private static async Task<(SoakRequests Still, SoakRequests Moving)> RequestsAsync(HttpClient http)
    {
        var inputs = (await http.GetFromJsonAsync<JsonObject>("/v2/models/limaml"))!["inputs"]!.AsArray();
        return (new SoakRequests(inputs, Enumerable.Range(0, StillMembers).Select(StreamedModel.Member)), new SoakRequests(inputs, Enumerable.Range(StillMembers, 200).Select(StreamedModel.Member)));
    }

    /// <summary>
    /// What each bundle answers while nothing else goes on. The one in use comes last: its embeddings are then made in one
    /// refresh, as they are in every swap, and not task by task, which rounds otherwise.
    /// </summary>
    private async Task<Dictionary<string, IReadOnlyList<byte[]>>> ExpectedAsync(HttpClient http, string[] bundles, SoakRequests still, SoakRequests moving)
    {
        using var client = new SoakClient(http.BaseAddress!, still, moving, new Dictionary<string, IReadOnlyList<byte[]>>());
        var expected = new Dictionary<string, IReadOnlyList<byte[]>>();
        foreach (var (index, bundle) in bundles.Index().Reverse())
        {
            await SwapAsync(http, index, bundle);
            var answers = new List<byte[]>();
            for (var request = 0; request < still.Count; request++)
            {
                answers.Add((await client.ScoreAsync(still, request)).Logits);
            }

            expected[bundle] = answers;
        }

        return expected[bundles[0]].Zip(expected[bundles[1]]).Any(answers => answers.First.AsSpan().SequenceEqual(answers.Second))
            ? throw new InvalidOperationException("the bundles give the same scores: what is mixed would not be seen")
            : expected;
    }

    private async Task LoadAsync(WorkerProcess worker, HttpClient http, EventSource source, List<SoakClient> clients, string[] bundles)
    {
        using var stop = new CancellationTokenSource(Duration);
        swaps = 0;
        var running = clients.Select((client, seed) => Task.Run(() => client.RunAsync(seed, stop.Token))).Append(
            Task.Factory.StartNew(
                () => EventSource.AtRate(PerSecond, () => Send(source, StillMembers + random.Next(Members - StillMembers)), stop.Token),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)).ToList();
        running.Add(SwapAsync(http, bundles, stop.Token));
        running.Add(MeasureAsync(worker, clients, source, stop.Token));
        await Task.WhenAll(running);
    }

    private async Task SwapAsync(HttpClient http, string[] bundles, CancellationToken stop)
    {
        for (var next = 1; await DelayAsync(BetweenSwaps, stop); next = 1 - next)
        {
            await SwapAsync(http, next, bundles[next]);
            swaps++;
        }
    }

    private Task SwapAsync(HttpClient http, int package, string bundle)
    {
        folder.Value.Choose(package == 0 ? "first" : "second");
        return AwaitAsync(async () => (string?)(await http.GetFromJsonAsync<JsonObject>("/v2/models/limaml"))!["versions"]![0] == bundle, () => "the worker did not take up a package");
    }

    private async Task MeasureAsync(WorkerProcess worker, List<SoakClient> clients, EventSource source, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        await WriteAsync("seconds,resident_bytes,heap_bytes,descriptors,tables,threads,swaps,answered,failed,mixed,events_sent,lag\n", append: false);
        do
        {
            var now = await worker.MeasureAsync(Stopwatch.GetElapsedTime(began));
            holdings.Add(now);
            var lag = await worker.MetricAsync("limaml_consumer_lag");
            await WriteAsync(string.Create(CultureInfo.InvariantCulture,
                $"{now.Seconds:F0},{now.Resident},{now.Heap},{now.Descriptors},{now.Tables},{now.Threads},{swaps},{clients.Sum(client => client.Answered)},{clients.Sum(client => client.Failed)},{clients.Sum(client => client.Mixed)},{source.Sent},{lag}\n"));
        }
        while (await DelayAsync(BetweenMeasurements, stop));
    }

    private async Task WriteAsync(string text, bool append = true)
    {
        if (Csv is not null)
        {
            await (append ? File.AppendAllTextAsync(Csv.FullName, text) : File.WriteAllTextAsync(Csv.FullName, text));
        }
    }

    private string Report(List<SoakClient> clients, long sent, WorkerProcess worker, int exitCode, TimeSpan ending)
    {
        var faults = string.Concat(clients.SelectMany(client => client.Faults).Select(fault => $"- {fault}\n"));
        return string.Create(CultureInfo.InvariantCulture,
            $"""
            ## {Name}

            {Description}

            {swaps} swaps, {sent} events, {clients.Sum(client => client.Answered)} requests answered, {clients.Sum(client => client.Failed)} failed, {clients.Sum(client => client.Mixed)} mixed bundles; {worker.LineCount} warnings; ended after SIGTERM with code {exitCode} in {ending.TotalSeconds:F1} s.
            {(worker.LineCount == 0 ? "" : $"\nThe last of the warnings:\n```\n{worker.Output}\n```\n")}{faults}
            {Holding.Table(holdings)}
            """);
    }

    private static async Task AwaitAsync(Func<Task<bool>> condition, Func<string> failure)
    {
        for (var waited = Stopwatch.StartNew(); !await condition(); await Task.Delay(100))
        {
            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException(failure());
            }
        }
    }

    /// <summary>False where it was told to stop instead.</summary>
    private static async Task<bool> DelayAsync(TimeSpan time, CancellationToken stop)
    {
        await Task.Delay(time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stop.IsCancellationRequested;
    }
}
