using LiMaml.Models;
using LiMaml.Worker.Redis;

namespace LiMaml.Worker.Operation;

/// <summary>Where embeddings are kept.</summary>
public enum EmbeddingStoreKind
{
    /// <summary>On this worker's disk, read from its memory. The default.</summary>
    Local,

    /// <summary>In Redis, for several scorers.</summary>
    Redis,

    /// <summary>In a compacted topic of the same cluster, read into memory by every scorer.</summary>
    Kafka,

    /// <summary>In Parquet snapshots, for whatever reads Parquet; no continuous mode.</summary>
    Parquet,
}

/// <summary>Where embeddings are kept (section <c>Embeddings</c>).</summary>
public sealed record EmbeddingOptions
{
    /// <summary>Which store. <see cref="EmbeddingStoreKind.Local"/> by default.</summary>
    public EmbeddingStoreKind Store { get; init; } = EmbeddingStoreKind.Local;

    /// <summary>Folder of the local store or of the snapshots; <c>embeddings</c> in the state folder where null.</summary>
    public string? Folder { get; init; }

    /// <summary>The topic of the Kafka store; <c>&lt;Kafka:Topic&gt;.embeddings</c> where null.</summary>
    public string? Topic { get; init; }

    /// <summary>
    /// Whether several workers write to the store, each the tasks of its partitions. All tasks are then adapted into the
    /// current generation, and a new one is begun for another package only. True for Redis and Kafka where null.
    /// </summary>
    public bool? Shared { get; init; }

    /// <summary>The Redis store's settings.</summary>
    public RedisOptions Redis { get; init; } = new();

    /// <summary>Whether several workers write to the store.</summary>
    internal bool IsShared => Shared ?? Store is EmbeddingStoreKind.Redis or EmbeddingStoreKind.Kafka;

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Store))
        {
            throw new InvalidInputException("Embeddings:Store", $"{Store}", $"one of {string.Join(", ", Enum.GetNames<EmbeddingStoreKind>())}");
        }

        if (Shared == true && Store is (EmbeddingStoreKind.Local or EmbeddingStoreKind.Parquet))
        {
            throw new InvalidInputException("Embeddings:Shared", $"true with Store {Store}", "false, since one process has it, or another store");
        }

        if (Store == EmbeddingStoreKind.Redis)
        {
            Redis.Validate();
        }
    }
}
