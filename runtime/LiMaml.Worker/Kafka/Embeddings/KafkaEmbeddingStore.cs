using Confluent.Kafka;
using LiMaml.Models;
using LiMaml.Runtime.Embeddings;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// Embeddings in a compacted topic: every worker and scorer that opens it reads all of it into memory and follows it.
/// Takes upserts. A write completes when the broker has it on all replicas and this process has read it back.
/// </summary>
/// <remarks>
/// The topic needs <c>cleanup.policy=compact</c> and is created so where it is missing and the broker allows it. Its number
/// of partitions must not change. While the broker is away writes wait, and reads go on from memory.
/// </remarks>
public sealed class KafkaEmbeddingStore : IEmbeddingStore
{
    private readonly string topic;
    private readonly EmbeddingLog log;
    private readonly RenewedProducer<byte[], byte[]?> producers;
    private readonly SemaphoreSlim writing = new(1);

    private KafkaEmbeddingStore(string topic, EmbeddingLog log, RenewedProducer<byte[], byte[]?> producers)
    {
        this.topic = topic;
        this.log = log;
        this.producers = producers;
    }

    /// <inheritdoc/>
    public bool AcceptsUpserts => true;

    /// <summary>Opens the store: creates the topic where it is missing, and reads it to its end.</summary>
    /// <param name="options">The cluster.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="logger">Told of what can't be read and of the client's troubles.</param>
    /// <param name="cancellation">Ends the waiting for a broker that is away.</param>
    /// <exception cref="InvalidInputException">librdkafka refuses a setting, or the broker has no such topic and creates none.</exception>
    public static async Task<KafkaEmbeddingStore> OpenAsync(KafkaOptions options, string topic, ILogger logger, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var partitions = await EmbeddingTopic.EnsureAsync(options, topic, logger, cancellation);
        var consumer = ClientSettings.Build(() => new ConsumerBuilder<byte[]?, byte[]?>(ClientSettings.Reader(options))
            .SetLogHandler((_, entry) => ClientLog.Write(logger, entry))
            .SetErrorHandler((_, error) => ClientLog.Write(logger, error))
            .Build());
        var log = await Task.Run(() => new EmbeddingLog(consumer, topic, partitions, logger, cancellation), cancellation);
        return new KafkaEmbeddingStore(topic, log, new RenewedProducer<byte[], byte[]?>(options, logger));
    }

    /// <inheritdoc/>
    public Task<EmbeddingPointer?> CurrentAsync(CancellationToken ct) => Task.FromResult(log.Index.Pointers.Current);

    /// <inheritdoc/>
    public Task<EmbeddingPointer?> PreviousAsync(CancellationToken ct) => Task.FromResult(log.Index.Pointers.Previous);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEmbedding?>> ReadAsync(EmbeddingPointer pointer, string task, IReadOnlyList<string> keys, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<StoredEmbedding?>>(log.Index.Read(pointer).Find(task, keys));

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredEmbedding> ReadAllAsync(EmbeddingPointer pointer, CancellationToken ct) => log.Index.Read(pointer).All().ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task WriteAsync(string bundleId, long generation, IReadOnlyList<StoredEmbedding> embeddings, CancellationToken ct)
    {
        var firsts = EmbeddingChecks.Write(bundleId, generation, embeddings);
        return ChangeAsync(
            () =>
            {
                log.Index.Write(bundleId, generation).Check(firsts);
                return
                [
                    new EmbeddingRecord.Generation(bundleId, generation, IsBegun: true),
                    .. embeddings.Select(embedding => new EmbeddingRecord.Embedding(bundleId, generation, embedding.Task, embedding.Key, embedding)),
                ];
            },
            ct);
    }

    /// <inheritdoc/>
    public Task FlipAsync(EmbeddingPointer pointer, CancellationToken ct) => ChangeAsync(
        () =>
        {
            var (pointers, _) = log.Index.Plan(pointer);
            return pointers == log.Index.Pointers ? [] : [new EmbeddingRecord.Pointers(pointers, log.Positions)];
        },
        ct,
        dropped: () => log.Index.Plan(pointer).Dropped);

    /// <inheritdoc/>
    public Task DiscardAsync(string bundleId, long generation, CancellationToken ct) => ChangeAsync(
        () =>
        {
            var dropped = log.Index.All.FirstOrDefault(other => other.BundleId == bundleId && other.Number == generation);
            return log.Index.Discard(bundleId, generation) ? Erase(dropped!) : [];
        },
        ct);

    /// <inheritdoc/>
    public Task ForgetAsync(string task, string key, CancellationToken ct) => ChangeAsync(
        () => [.. log.Index.All.Select(generation => new EmbeddingRecord.Embedding(generation.BundleId, generation.Number, task, key, null))],
        ct);

    /// <summary>Waits for the write in progress and closes the clients.</summary>
    public async ValueTask DisposeAsync()
    {
        await writing.WaitAsync();
        await Task.Run(log.Dispose);
        producers.Dispose();
    }

    private async Task ChangeAsync(Func<EmbeddingRecord[]> plan, CancellationToken ct, Func<EmbeddingGeneration?>? dropped = null)
    {
        await writing.WaitAsync(ct);
        try
        {
            EmbeddingRecord[] records;
            EmbeddingGeneration? gone;
            lock (log.Guard)
            {
                gone = dropped?.Invoke();
                records = plan();
            }

            await WriteAsync(records, ct);
            await WriteAsync(gone is null ? [] : Erase(gone), ct);
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task WriteAsync(EmbeddingRecord[] records, CancellationToken ct)
    {
        foreach (var part in records.Chunk(10_000))
        {
            var producer = producers.Next();
            var delivered = await Task.WhenAll(part.Select(record => DeliverAsync(producer, record, ct)));
            await log.ReachAsync(delivered, ct);
        }
    }

    private async Task<TopicPartitionOffset> DeliverAsync(IProducer<byte[], byte[]?> producer, EmbeddingRecord record, CancellationToken ct)
    {
        var message = new Message<byte[], byte[]?> { Key = record.Key, Value = record.Value };
        while (true)
        {
            try
            {
                // Pointers stay in one partition, so that their order is the order of the flips.
                var delivery = record is EmbeddingRecord.Pointers
                    ? producer.ProduceAsync(new TopicPartition(topic, 0), message, ct)
                    : producer.ProduceAsync(topic, message, ct);
                return (await delivery).TopicPartitionOffset;
            }
            catch (ProduceException<byte[], byte[]?> fault) when (fault.Error.Code is ErrorCode.Local_MsgTimedOut or ErrorCode.Local_QueueFull)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
            }
        }
    }

    private static EmbeddingRecord[] Erase(EmbeddingGeneration generation) =>
    [
        .. generation.All().Select(embedding => new EmbeddingRecord.Embedding(generation.BundleId, generation.Number, embedding.Task, embedding.Key, null)),
        new EmbeddingRecord.Generation(generation.BundleId, generation.Number, IsBegun: false),
    ];
}
