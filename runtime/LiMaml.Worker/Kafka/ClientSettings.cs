using Confluent.Kafka;
using LiMaml.Models;

namespace LiMaml.Worker.Kafka;

/// <summary>Options as librdkafka's clients take them.</summary>
internal static class ClientSettings
{
    /// <summary>Settings that correctness depends on: not to be set by hand.</summary>
    public static readonly IReadOnlySet<string> Reserved = new HashSet<string>
    {
        "bootstrap.servers", "group.id", "client.id", "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset", "partition.assignment.strategy", "acks", "enable.idempotence",
    };

    /// <summary>
    /// A consumer in the group. Offsets are stored by hand once the windows have them, or the broker has what is re-keyed, and
    /// then committed in the background. Of windows that is for lag monitoring only, their own offset decides where to resume;
    /// of events that are re-keyed it decides.
    /// </summary>
    public static ConsumerConfig Consumer(KafkaOptions options)
    {
        var settings = new ConsumerConfig(Common(options))
        {
            GroupId = options.GroupId,
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 100,
            FetchQueueBackoffMs = 10,
            QueuedMinMessages = 20_000,
            QueuedMaxMessagesKbytes = 32 << 10,
        };
        if (options.Properties.GetValueOrDefault("group.protocol") != "consumer")
        {
            // The newer protocol leaves these three to the broker.
            settings.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
            settings.SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds;
            settings.HeartbeatIntervalMs = (int)Math.Clamp(options.SessionTimeout.TotalMilliseconds / 10, 100, 3000);
        }

        return Apply(settings, options);
    }

    /// <summary>A consumer of whole topics, outside any group.</summary>
    public static ConsumerConfig Reader(KafkaOptions options) => Apply(
        new ConsumerConfig(Common(options))
        {
            GroupId = options.GroupId + ".reader",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 20,
        },
        options);

    /// <summary>A producer that keeps trying: acknowledged by all replicas, in order, without duplicates of its own making.</summary>
    public static ProducerConfig Producer(KafkaOptions options) => Apply(
        new ProducerConfig(Common(options))
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = 5,
            CompressionType = CompressionType.Lz4,
            MessageTimeoutMs = 30_000,
        },
        options);

    /// <summary>An administrator; asking for a topic does not make one.</summary>
    public static AdminClientConfig Admin(KafkaOptions options)
    {
        var settings = Apply(new AdminClientConfig(Common(options)), options);
        settings.AllowAutoCreateTopics = false;
        return settings;
    }

    /// <summary>Builds a client, turning librdkafka's complaint about a setting into a message for the user.</summary>
    /// <exception cref="InvalidInputException">librdkafka refused a setting.</exception>
    public static T Build<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
        {
            throw new InvalidInputException($"Kafka: {fault.Message}", fault);
        }
    }

    /// <summary>What all clients have.</summary>
    public static ClientConfig Common(KafkaOptions options) => new()
    {
        BootstrapServers = options.BootstrapServers,
        ClientId = options.ClientId,
        ReconnectBackoffMs = 50,
        ReconnectBackoffMaxMs = 2000,
        AllowAutoCreateTopics = true,
        TopicMetadataRefreshIntervalMs = 10_000,
        SocketKeepaliveEnable = true,
    };

    private static T Apply<T>(T settings, KafkaOptions options)
        where T : ClientConfig
    {
        foreach (var (name, value) in options.Properties)
        {
            settings.Set(name, value);
        }

        return settings;
    }
}
