using LiMaml.Models;

namespace LiMaml.Worker.Kafka;

/// <summary>Where a partition without a store begins.</summary>
public enum StartFrom
{
    /// <summary>At the oldest record that the broker has. The default: exact, whatever the records' times.</summary>
    Beginning,

    /// <summary>At the first record whose broker time is within the windows' MaxAge: faster on long topics, exact where record times are event times.</summary>
    MaxAge,
}

/// <summary>The cluster, the topics and how they are read (section <c>Kafka</c>).</summary>
public sealed record KafkaOptions
{
    private const string TaskPlace = "{task}";

    /// <summary>The cluster: <c>host:port</c>, several separated by commas. Required.</summary>
    public string BootstrapServers { get; init; } = "";

    /// <summary>The topic of interaction events, keyed by task; of a model with several task definitions keyed by anything. Required.</summary>
    public string Topic { get; init; } = "";

    /// <summary>
    /// The topics that the events of a model with several task definitions are re-keyed to, one for each definition, whose
    /// name stands for <c>{task}</c>; <c>&lt;Topic&gt;.{task}</c> where null. Created where missing, with as many partitions as
    /// <see cref="Topic"/> has, keeping records a week longer than windows keep samples.
    /// </summary>
    public string? TaskTopics { get; init; }

    /// <summary>The consumer group; workers of one group share the partitions. <c>limaml</c> by default.</summary>
    public string GroupId { get; init; } = "limaml";

    /// <summary>What names this worker in the broker's logs. <c>limaml-worker</c> by default.</summary>
    public string ClientId { get; init; } = "limaml-worker";

    /// <summary>The written form of events: <c>json</c> (the default), <c>protobuf</c> or <c>avro</c>.</summary>
    public string Format { get; init; } = "json";

    /// <summary>Where Avro schemas are registered: an URL; needed for <c>avro</c> only.</summary>
    public string? SchemaRegistryUrl { get; init; }

    /// <summary>Where events go that can't be used; <c>&lt;Topic&gt;.dead-letters</c> where null.</summary>
    public string? DeadLetterTopic { get; init; }

    /// <summary>Where a partition begins that has no store. <see cref="StartFrom.Beginning"/> by default.</summary>
    public StartFrom StartFrom { get; init; } = StartFrom.Beginning;

    /// <summary>Most records handed to the windows at once, 1 to 100,000; 4,096 by default.</summary>
    public int BatchRecords { get; init; } = 4096;

    /// <summary>Longest wait for a batch to fill, above 0 to 10 seconds; 50 ms by default.</summary>
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Pause before a refused write (disk full, dead-letter topic away) is tried again, above 0 to 5 minutes; 2 seconds by default.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After this time without a sign of life the group takes a worker's partitions away, 1 second to 30 minutes; 45 seconds by default.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Further librdkafka settings for every client, by their names there, e.g. <c>security.protocol</c>.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>The dead-letter topic.</summary>
    internal string DeadLetters => DeadLetterTopic ?? Topic + ".dead-letters";

    /// <summary>The topic of a task definition of several.</summary>
    internal string TaskTopicOf(string task) => (TaskTopics ?? $"{Topic}.{TaskPlace}").Replace(TaskPlace, task, StringComparison.Ordinal);

    /// <summary>Throws where a value is missing or out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting.</exception>
    public void Validate()
    {
        Required(BootstrapServers, nameof(BootstrapServers), "host:port of at least one broker");
        Required(Topic, nameof(Topic), "the name of the events' topic");
        Required(GroupId, nameof(GroupId), "a name for the consumer group");
        Required(ClientId, nameof(ClientId), "a name for this worker");
        Require(EventFormats.Names.Contains(Format), nameof(Format), $"'{Format}'", $"one of {string.Join(", ", EventFormats.Names)}");
        Require(Format != EventFormats.Avro || Uri.TryCreate(SchemaRegistryUrl, UriKind.Absolute, out _), nameof(SchemaRegistryUrl), $"'{SchemaRegistryUrl}'", "an URL, since Format is avro");
        Require(DeadLetters != Topic && DeadLetters.Length > 0, nameof(DeadLetterTopic), $"'{DeadLetters}'", "a topic other than Topic");
        Require(TaskTopics is null || TaskTopics.Contains(TaskPlace, StringComparison.Ordinal), nameof(TaskTopics), $"'{TaskTopics}'", $"a name with {TaskPlace} in it");
        var reserved = Properties.Keys.FirstOrDefault(ClientSettings.Reserved.Contains);
        Require(reserved is null, nameof(Properties), $"'{reserved}'", "settings that LiMaml does not set itself");
        Require(Enum.IsDefined(StartFrom), nameof(StartFrom), $"{StartFrom}", "Beginning or MaxAge");
        Require(BatchRecords is >= 1 and <= 100_000, nameof(BatchRecords), $"{BatchRecords}", "1 to 100000 records");
        RequireSpan(BatchTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10), nameof(BatchTime));
        RequireSpan(RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5), nameof(RetryDelay));
        RequireSpan(SessionTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30), nameof(SessionTimeout));
    }

    private static void Required(string value, string setting, string expected) => Require(!string.IsNullOrWhiteSpace(value), setting, "nothing", expected);

    private static void RequireSpan(TimeSpan value, TimeSpan least, TimeSpan most, string setting) =>
        Require(value >= least && value <= most, setting, $"{value}", $"{least} to {most}");

    private static void Require(bool holds, string setting, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException("Kafka:" + setting, found, expected);
        }
    }
}
