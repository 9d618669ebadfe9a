using Confluent.Kafka;
using LiMaml.Models;

namespace LiMaml.Worker.Kafka;

/// <summary>Options as librdkafka's clients take them.</summary>
internal static class ClientSettings
{
    /// <summary>
    /// A consumer in the group. Offsets are stored by hand after the windows have them and then committed in the
    /// background: for lag monitoring only, since the windows' own offset decides where to resume.
    /// </summary>
    public static ConsumerConfig Consumer(KafkaOptions options)
    {
        var settings = new ConsumerConfig(Common(options))
        {
            GroupId = options.GroupId,
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
            HeartbeatIntervalMs = (int)Math.Clamp(options.SessionTimeout.TotalMilliseconds / 10, 100, 3000),
            FetchWaitMaxMs = 100,
            QueuedMinMessages = 20_000,
            QueuedMaxMessagesKbytes = 32 << 10,
        };
        return settings;
    }

    /// <summary>A consumer of whole topics, outside any group.</summary>
    public static ConsumerConfig Reader(KafkaOptions options) => new(Common(options))
    {
        GroupId = options.GroupId + ".reader",
        EnableAutoCommit = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnablePartitionEof = true,
        FetchWaitMaxMs = 50,
    };

    /// <summary>A producer that keeps trying: acknowledged by all replicas, in order, without duplicates of its own making.</summary>
    public static ProducerConfig Producer(KafkaOptions options) => new(Common(options))
    {
        Acks = Acks.All,
        EnableIdempotence = true,
        LingerMs = 5,
        CompressionType = CompressionType.Lz4,
        RetryBackoffMs = 100,
        MessageTimeoutMs = 30_000,
    };

    private static ClientConfig Common(KafkaOptions options)
    {
        var settings = new ClientConfig
        {
            BootstrapServers = options.BootstrapServers,
            ClientId = options.ClientId,
            ReconnectBackoffMs = 50,
            ReconnectBackoffMaxMs = 2000,
            AllowAutoCreateTopics = true,
            SocketKeepaliveEnable = true,
        };
        foreach (var (name, value) in options.Properties)
        {
            settings.Set(name, value);
        }

        return settings;
    }

    /// <summary>Builds a client, turning librdkafka's complaint about a setting into a message for the user.</summary>
    public static T Build<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (InvalidOperationException fault)
        {
            throw new InvalidInputException($"Kafka: {fault.Message}", fault);
        }
    }
}
