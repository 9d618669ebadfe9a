using LiMaml.Runtime.Embeddings;
using LiMaml.Worker.Kafka;
using LiMaml.Worker.Redis;

namespace LiMaml.Worker.Operation;

/// <summary>Opens the embedding store that the settings name.</summary>
internal static class EmbeddingStores
{
    /// <summary>Opens it.</summary>
    /// <exception cref="Models.InvalidInputException">A setting is out of range, or what is there is not such a store.</exception>
    public static async Task<IEmbeddingStore> OpenAsync(WorkerSettings settings, ILoggerFactory loggers, TimeProvider clock, CancellationToken cancellation) => settings.Embeddings.Store switch
    {
        EmbeddingStoreKind.Redis => await RedisEmbeddingStore.OpenAsync(settings.Embeddings.Redis, loggers.CreateLogger<RedisEmbeddingStore>(), clock),
        EmbeddingStoreKind.Kafka => await KafkaEmbeddingStore.OpenAsync(settings.Kafka, settings.EmbeddingTopic, loggers.CreateLogger<KafkaEmbeddingStore>(), cancellation),
        EmbeddingStoreKind.Parquet => await ParquetEmbeddingStore.OpenAsync(settings.EmbeddingFolder, cancellation),
        _ => LocalEmbeddingStore.Open(settings.EmbeddingFolder),
    };
}
