using System.Runtime.CompilerServices;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Broker;
using LiMaml.Worker.Kafka;
using LiMaml.Worker.Operation;
using Microsoft.Extensions.Configuration;

namespace LiMaml.Cli.Quickstart.Streaming;

/// <summary>A Kafka cluster within this process and a worker on it.</summary>
internal sealed class StreamedWorker : IAsyncDisposable
{
    /// <summary>The topic of scoring requests.</summary>
    public const string Requests = "scoring";

    /// <summary>The topic of their answers; it has one partition.</summary>
    public const string Responses = Requests + ".responses";

    private const string Topic = "events";
    private const int Partitions = 4;
    private const int MostOnTheWay = 20_000; // the embedded broker forgets what is beyond some megabytes of a partition
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Split[] Offline = [Split.Train, Split.Validation]; // what 'embed' adapts to
    private readonly EmbeddedBroker broker;
    private readonly WorkerHost worker;
    private readonly string task;
    private readonly TimeProvider clock;

    private StreamedWorker(EmbeddedBroker broker, WorkerHost worker, string task, TimeProvider clock)
    {
        this.broker = broker;
        this.worker = worker;
        this.task = task;
        this.clock = clock;
    }

    /// <summary>Where the worker answers.</summary>
    public Uri Address => worker.Address;

    /// <summary>Where the cluster is.</summary>
    public string BootstrapServers => broker.BootstrapServers;

    /// <summary>Starts both on free ports of this machine.</summary>
    /// <param name="package">The model; windows keep as many samples as its fine-tuning takes.</param>
    /// <param name="state">The worker's folder.</param>
    /// <param name="clock">Measures time.</param>
    /// <param name="cancellation">Ends the starting.</param>
    public static async Task<StreamedWorker> StartAsync(ModelPackage package, string state, TimeProvider clock, CancellationToken cancellation)
    {
        var broker = EmbeddedBroker.Start();
        try
        {
            broker.CreateTopic(Topic, Partitions);
            broker.CreateTopic(Requests, Partitions);
            broker.CreateTopic(Responses, 1);
            var task = package.Manifest.Model.MetaBlocks[0].Task;
            var settings = new ConfigurationBuilder().AddInMemoryCollection(Settings(package, task, state, broker.BootstrapServers)).Build();
            return new StreamedWorker(broker, await WorkerHost.StartAsync(settings, cancellation), task, clock);
        }
        catch
        {
            broker.Dispose();
            throw;
        }
    }

    /// <summary>Plays a dataset's training and validation rows as events and waits until the worker has taken all of them up.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="IOException">The cluster or the worker does not go on.</exception>
    public async Task<long> PlayAsync(Dataset dataset, IProgress<long> progress, CancellationToken cancellation)
    {
        var events = DatasetReplay.Read(dataset, Offline, new ReplayOptions { Tasks = [task] }, cancellation);
        using var producer = new EventProducer(new KafkaOptions { BootstrapServers = BootstrapServers, Topic = Topic }, EventSchema.For(dataset.Schema), task);
        var sent = await Task.Run(() => producer.SendAsync(HeldBackAsync(events, progress, cancellation), new Pace(), null, cancellation), cancellation);
        await TakenUpAsync(sent, progress, cancellation);
        return sent;
    }

    /// <summary>Adapts all tasks to their windows and publishes the embeddings.</summary>
    public Task<RefreshRecord> RefreshAsync(CancellationToken cancellation) => worker.RefreshAsync(cancellation);

    /// <summary>Ends the worker, then the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        await worker.DisposeAsync();
        broker.Dispose();
    }

    // Guardrails are off and nothing is too old: the embeddings are to be those of the offline command.
    private static Dictionary<string, string?> Settings(ModelPackage package, string task, string state, string bootstrapServers) => new()
    {
        ["Urls"] = "http://127.0.0.1:0",
        ["Logging:LogLevel:Default"] = "Error",
        ["Logging:LogLevel:Microsoft"] = "Error",
        ["Logging:Console:FormatterName"] = "simple",
        ["Worker:StateFolder"] = state,
        ["Worker:Packages"] = package.Folder,
        ["Kafka:BootstrapServers"] = bootstrapServers,
        ["Kafka:Topic"] = Topic,
        ["Kafka:Format"] = "json",
        ["Windows:Capacity"] = FormattableString.Invariant($"{package.Manifest.Model.FineTuning.SupportCapacity}"),
        ["Windows:MaxAge"] = "36500.00:00:00",
        ["Windows:Tasks:0"] = task,
        ["Schedule:Cron"] = "",
        ["Refresh:Guardrails:LossTolerance"] = "",
        ["Refresh:Guardrails:MaxNorm"] = "",
        ["Refresh:Guardrails:MaxJump"] = "",
        ["Embeddings:Store"] = "Local",
        ["ScoringTopics:Requests"] = Requests,
        ["ScoringTopics:Responses"] = Responses,
    };

    private async IAsyncEnumerable<InteractionEvent> HeldBackAsync(
        IAsyncEnumerable<InteractionEvent> events, IProgress<long> progress, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var sent = 0L;
        await foreach (var interaction in events.WithCancellation(cancellation))
        {
            if (++sent % 1000 == 0)
            {
                await TakenUpAsync(sent - MostOnTheWay, progress, cancellation);
            }

            yield return interaction;
        }
    }

    private async Task TakenUpAsync(long count, IProgress<long> progress, CancellationToken cancellation)
    {
        var (seen, since) = (-1L, clock.GetTimestamp());
        while (worker.RecordCount < count)
        {
            if (worker.RecordCount != seen)
            {
                (seen, since) = (worker.RecordCount, clock.GetTimestamp());
            }
            else if (clock.GetElapsedTime(since) > Patience)
            {
                throw new IOException(FormattableString.Invariant($"the worker took up {seen} of at least {count} events and has not gone on for {Patience.TotalSeconds} s"));
            }

            progress.Report(seen);
            await Task.Delay(Pause, clock, cancellation);
        }

        progress.Report(worker.RecordCount);
    }
}
