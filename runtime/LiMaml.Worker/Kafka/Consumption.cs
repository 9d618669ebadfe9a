using System.Diagnostics.Metrics;
using LiMaml.Models;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Operation;

namespace LiMaml.Worker.Kafka;

/// <summary>Events in, windows out: everything between the topic and the stores, put together.</summary>
internal sealed class Consumption : IDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(10);
    private readonly KafkaOptions options;
    private readonly WindowOptions windows;
    private readonly TaskTopics topics;
    private readonly Rekeying? rekeying;
    private readonly TimeProvider clock;
    private readonly EventReader reader;
    private readonly DeadLetters letters;
    private readonly ConsumerLoop loop;
    private bool disposed;

    /// <summary>Prepares consumption; nothing is read before <see cref="Start"/>.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="windows">Validated.</param>
    /// <param name="stateFolder">Where the stores are.</param>
    /// <param name="schema">The schema of events.</param>
    /// <param name="others">Other schemas that events may have, e.g. of the package before this one.</param>
    /// <param name="meters">For what is counted.</param>
    /// <param name="clock">For waits, and for events from the future.</param>
    /// <param name="loggers">For what goes on.</param>
    /// <param name="tasks">The model's task definitions, for which events are re-keyed where there are several; none where null.</param>
    /// <exception cref="InvalidInputException">librdkafka refuses a setting, a definition can't have a topic of its own, or the folder has windows of the topic that is to be re-keyed.</exception>
    public Consumption(KafkaOptions options, WindowOptions windows, string stateFolder, EventSchema schema, IReadOnlyList<EventSchema> others, IMeterFactory meters, TimeProvider clock, ILoggerFactory loggers, IReadOnlyCollection<string>? tasks = null)
    {
        (this.options, this.windows, this.clock) = (options, windows, clock);
        topics = TaskTopics.Of(options, windows, tasks ?? []);
        var state = new StateFolder(stateFolder, clock, loggers.CreateLogger<StateFolder>());
        RefuseKeptSource(state);
        reader = new EventReader(topics, Encoders(schema, others));
        Stores = new PartitionStores(state, schema, topics, loggers.CreateLogger<PartitionStores>());
        Metrics = new WorkerMetrics(meters, Stores, Status, clock);
        letters = new DeadLetters(options, loggers.CreateLogger<DeadLetters>());
        rekeying = topics.AreRekeyed ? new Rekeying(options, topics, loggers.CreateLogger<Rekeying>()) : null;
        var settlement = new Settlement(Stores, letters, rekeying, Status, Metrics, options, clock, loggers.CreateLogger<Settlement>());
        var assignment = new Assignment(Stores, topics, options, windows, Status, clock, loggers.CreateLogger<Assignment>());
        loop = new ConsumerLoop(options, topics, windows.MaxAge, reader, assignment, settlement, Status, clock, loggers.CreateLogger<ConsumerLoop>());
    }

    /// <summary>The windows of the assigned partitions.</summary>
    public PartitionStores Stores { get; }

    /// <summary>How it goes.</summary>
    public ConsumptionStatus Status { get; } = new();

    /// <summary>Whether at least 99 of 100 records of each assigned partition, and all but the last batch, are with the windows or re-keyed.</summary>
    public bool IsCaughtUp => Status.Joined && Stores.All is var open && open.Count == Status.Partitions
        && open.All(partition => partition.Lag <= Math.Min(options.BatchRecords, (partition.NextOffset ?? 0) / 100));

    /// <summary>Counts and measures.</summary>
    public WorkerMetrics Metrics { get; }

    /// <summary>Completes when reading has ended, with the fault that ended it if any.</summary>
    public Task Ended => loop.Ended;

    /// <summary>Joins the group and reads.</summary>
    public void Start() => loop.Start();

    /// <summary>Leaves the group, with all windows flushed and closed.</summary>
    public Task StopAsync(TimeSpan bound) => loop.StopAsync(bound);

    /// <summary>From now on events are of <paramref name="schema"/>, or of one of the others.</summary>
    public void Use(EventSchema schema, IReadOnlyList<EventSchema> others)
    {
        Stores.Use(schema);
        reader.Use(Encoders(schema, others));
    }

    private Dictionary<string, IReadOnlyList<EventEncoder>> Encoders(EventSchema schema, IReadOnlyList<EventSchema> others)
    {
        (EventSchema Schema, IEventFormat Format)[] forms = [.. others.Prepend(schema).DistinctBy(each => each.Hash).Select(each => (each, EventFormats.Create(options, each)))];
        return topics.All.ToDictionary(topic => topic, topic => (IReadOnlyList<EventEncoder>)[.. forms
            .Where(form => form.Schema == schema || HasTasks(form.Schema, topics.WindowsOf(topic)))
            .Select(form => new EventEncoder(form.Format, form.Schema, topics.WindowsOf(topic), clock))]);
    }

    // What the group read while it kept windows of the events' topic itself lies before its offset: it would never be re-keyed.
    private void RefuseKeptSource(StateFolder state)
    {
        if (topics.AreRekeyed && state.Partitions(topics.Source).Count > 0)
        {
            throw new InvalidInputException(
                $"Worker:StateFolder '{state.Folder}'",
                $"windows of the topic {topics.Source} itself, kept for a model of one task definition",
                $"a folder, and a Kafka:GroupId, that no such model was served with: what group {options.GroupId} has read would not be re-keyed for {string.Join(", ", topics.OfTasks)}");
        }
    }

    private static bool HasTasks(EventSchema schema, WindowOptions windows) => windows.Tasks?.All(name => schema.Dataset.Tasks.Any(task => task.Name == name)) != false;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        StopAsync(StopTime).GetAwaiter().GetResult();
        loop.Dispose();
        letters.Dispose();
        rekeying?.Dispose();
        Stores.Dispose();
    }
}
