using LiMaml.Models;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Http;
using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Operation;

/// <summary>All settings of a worker, by section. Immutable.</summary>
public sealed record WorkerSettings
{
    /// <summary>State, packages, start and end.</summary>
    public WorkerOptions Worker { get; init; } = new();

    /// <summary>The cluster, the topics and how they are read.</summary>
    public KafkaOptions Kafka { get; init; } = new();

    /// <summary>What windows keep.</summary>
    public WindowOptions Windows { get; init; } = new();

    /// <summary>When tasks are adapted.</summary>
    public ScheduleOptions Schedule { get; init; } = new();

    /// <summary>How tasks are adapted, and which adapted embeddings are used.</summary>
    public RefreshOptions Refresh { get; init; } = new();

    /// <summary>Where embeddings are kept.</summary>
    public EmbeddingOptions Embeddings { get; init; } = new();

    /// <summary>How scoring requests share the graphs.</summary>
    public ScoringOptions Scoring { get; init; } = new();

    /// <summary>The HTTP endpoints of the Open Inference Protocol.</summary>
    public InferenceOptions Inference { get; init; } = new();

    /// <summary>Scoring over topics.</summary>
    public ScoringTopicOptions ScoringTopics { get; init; } = new();

    /// <summary>The folder of embeddings on disk.</summary>
    internal string EmbeddingFolder => Embeddings.Folder ?? Path.Combine(Worker.StateFolder, "embeddings");

    /// <summary>The topic of embeddings.</summary>
    internal string EmbeddingTopic => Embeddings.Topic ?? Kafka.Topic + ".embeddings";

    /// <summary>Reads all sections.</summary>
    /// <exception cref="InvalidInputException">A value can't be read, a setting does not exist, or a value is missing or out of range.</exception>
    public static WorkerSettings Read(IConfiguration configuration)
    {
        var settings = new WorkerSettings
        {
            Worker = Section<WorkerOptions>(configuration, nameof(Worker)),
            Kafka = Section<KafkaOptions>(configuration, nameof(Kafka)),
            Windows = Section<WindowOptions>(configuration, nameof(Windows)),
            Schedule = Section<ScheduleOptions>(configuration, nameof(Schedule)),
            Refresh = Section<RefreshOptions>(configuration, nameof(Refresh)),
            Embeddings = Section<EmbeddingOptions>(configuration, nameof(Embeddings)),
            Scoring = Section<ScoringOptions>(configuration, nameof(Scoring)),
            Inference = Section<InferenceOptions>(configuration, nameof(Inference)),
            ScoringTopics = Section<ScoringTopicOptions>(configuration, nameof(ScoringTopics)),
        };
        settings.Validate();
        return settings;
    }

    /// <summary>Reads the section of the cluster alone, for programs that only talk to it.</summary>
    /// <exception cref="InvalidInputException">A value can't be read, or is missing or out of range.</exception>
    public static KafkaOptions ReadKafka(IConfiguration configuration)
    {
        var options = Section<KafkaOptions>(configuration, nameof(Kafka));
        options.Validate();
        return options;
    }

    /// <summary>Throws where a value is missing or out of range, or two settings contradict each other.</summary>
    /// <exception cref="InvalidInputException">Names the setting.</exception>
    public void Validate()
    {
        Worker.Validate();
        Kafka.Validate();
        Windows.Validate();
        Schedule.Validate();
        Refresh.Validate();
        Embeddings.Validate();
        Scoring.Validate();
        Inference.Validate();
        ScoringTopics.Validate();
        RefuseSharedTopics([]);
        if (Schedule.ContinuousDelay is not null && Embeddings.Store == EmbeddingStoreKind.Parquet)
        {
            throw new InvalidInputException("Schedule:ContinuousDelay", "a delay with Embeddings:Store Parquet", "no delay, since snapshots do not change, or another store");
        }
    }

    /// <summary>Throws where a topic would be used for two things.</summary>
    /// <param name="taskTopics">Those that the model's events are re-keyed to.</param>
    /// <exception cref="InvalidInputException">Names both settings.</exception>
    internal void RefuseSharedTopics(IEnumerable<string> taskTopics)
    {
        var uses = new List<(string Setting, string Topic)> { ("Kafka:Topic", Kafka.Topic), ("Kafka:DeadLetters", Kafka.DeadLetters) };
        uses.AddRange(taskTopics.Select(topic => ("Kafka:TaskTopics", topic)));
        if (Embeddings.Store == EmbeddingStoreKind.Kafka)
        {
            uses.Add(("Embeddings:Topic", EmbeddingTopic));
        }

        if (ScoringTopics.Requests is { } requests)
        {
            uses.AddRange([("ScoringTopics:Requests", requests), ("ScoringTopics:Responses", ScoringTopics.ResponseTopic)]);
        }

        if (uses.GroupBy(use => use.Topic).FirstOrDefault(same => same.Count() > 1) is { } shared)
        {
            throw new InvalidInputException(shared.Last().Setting, $"'{shared.Key}', which is {shared.First().Setting} too", "a topic that is used for nothing else");
        }
    }

    private static T Section<T>(IConfiguration configuration, string name)
        where T : class, new()
    {
        try
        {
            return configuration.GetSection(name).Get<T>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new T();
        }
        catch (InvalidOperationException fault)
        {
            // Of an item of a list the binder says which value it was one level down.
            var cause = fault.InnerException as InvalidOperationException ?? fault;
            throw new InvalidInputException($"settings, section {name}: {cause.Message}", fault);
        }
    }
}
