namespace LiMaml.Worker.Broker;

/// <summary>Kinds of request that an <see cref="EmbeddedBroker"/> can be told to refuse; the values are Kafka's API keys.</summary>
public enum BrokerRequest
{
    /// <summary>Records to append.</summary>
    Produce = 0,

    /// <summary>Records to read.</summary>
    Fetch = 1,

    /// <summary>First, last or timed offsets.</summary>
    ListOffsets = 2,

    /// <summary>Topics, partitions and their leaders.</summary>
    Metadata = 3,

    /// <summary>A group's offsets to keep.</summary>
    OffsetCommit = 8,

    /// <summary>A group's offsets to read.</summary>
    OffsetFetch = 9,

    /// <summary>Which broker leads a group.</summary>
    FindCoordinator = 10,

    /// <summary>Entering a group.</summary>
    JoinGroup = 11,

    /// <summary>A group member's sign of life.</summary>
    Heartbeat = 12,

    /// <summary>A group member's assignment.</summary>
    SyncGroup = 14,
}
