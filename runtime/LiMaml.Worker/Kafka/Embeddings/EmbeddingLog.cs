using Confluent.Kafka;
using LiMaml.Models;
using LiMaml.Runtime.Embeddings;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// What the embeddings' topic says, in memory: read from its beginning when opened, then followed by a thread of its own.
/// A flip takes effect when everything that was written before it has been read.
/// </summary>
internal sealed class EmbeddingLog : IDisposable
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);
    private readonly IConsumer<byte[]?, byte[]?> consumer;
    private readonly string topic;
    private readonly ILogger logger;
    private readonly long[] positions;
    private readonly CancellationTokenSource stopping = new();
    private readonly Thread thread;
    private EmbeddingRecord.Pointers? pending;
    private TaskCompletionSource moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads all there is of a topic with <paramref name="partitions"/> partitions, and goes on.</summary>
    /// <param name="consumer">Becomes this object's.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partitions">How many it has.</param>
    /// <param name="logger">Told of records that can't be read; they are passed over.</param>
    /// <param name="cancellation">Ends the first reading.</param>
    public EmbeddingLog(IConsumer<byte[]?, byte[]?> consumer, string topic, int partitions, ILogger logger, CancellationToken cancellation)
    {
        this.consumer = consumer;
        this.topic = topic;
        this.logger = logger;
        positions = new long[partitions];
        Load(cancellation);
        thread = new Thread(Follow) { IsBackground = true, Name = "limaml-embeddings" };
        thread.Start();
    }

    /// <summary>Guards <see cref="Index"/>.</summary>
    public Lock Guard { get; } = new();

    /// <summary>The embeddings; reading takes no lock.</summary>
    public EmbeddingIndex Index { get; } = new();

    /// <summary>The offset to read next of each partition.</summary>
    public long[] Positions
    {
        get
        {
            lock (Guard)
            {
                return [.. positions];
            }
        }
    }

    /// <summary>Completes when these records have been read.</summary>
    public async Task ReachAsync(IReadOnlyCollection<TopicPartitionOffset> records, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (Guard)
            {
                if (records.All(record => positions[record.Partition.Value] > record.Offset.Value) && pending is null)
                {
                    return;
                }

                next = moved.Task;
            }

            await next.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping.Cancel();
        thread.Join();
        consumer.Close();
        consumer.Dispose();
        stopping.Dispose();
    }

    private void Load(CancellationToken cancellation)
    {
        consumer.Assign(Enumerable.Range(0, positions.Length).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var replay = new EmbeddingReplay();
        var unread = Enumerable.Range(0, positions.Length).ToHashSet();
        while (unread.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Next() is not { } read)
            {
                continue;
            }

            positions[read.Partition] = read.IsPartitionEOF ? read.Offset : read.Offset + 1;
            if (read.IsPartitionEOF)
            {
                unread.Remove(read.Partition);
            }
            else if (RecordOf(read) is { } record)
            {
                replay.Add(record);
            }
        }

        replay.Restore(Index);
    }

    private void Follow()
    {
        while (!stopping.IsCancellationRequested)
        {
            if (Next() is { IsPartitionEOF: false } read)
            {
                Take(read.Partition, read.Offset + 1, RecordOf(read));
            }
        }
    }

    private void Take(int partition, long next, EmbeddingRecord? record)
    {
        TaskCompletionSource told;
        lock (Guard)
        {
            Apply(record);
            positions[partition] = next;
            if (pending is not null && pending.From.Zip(positions).All(offset => offset.Second >= offset.First))
            {
                Index.Publish(pending.Published);
                pending = null;
            }

            told = moved;
            moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        told.TrySetResult();
    }

    private void Apply(EmbeddingRecord? record)
    {
        switch (record)
        {
            case EmbeddingRecord.Pointers pointers:
                pending = pointers;
                break;
            case EmbeddingRecord.Generation { IsBegun: true } begun:
                Find(begun.BundleId, begun.Number);
                break;
            case EmbeddingRecord.Generation dropped when !Index.Pointers.Have(dropped.BundleId, dropped.Number):
                Index.Discard(dropped.BundleId, dropped.Number);
                break;
            case EmbeddingRecord.Embedding { Stored: { } stored } embedding:
                Find(embedding.BundleId, embedding.Number)?.Upsert([stored]);
                break;
            case EmbeddingRecord.Embedding erased:
                Existing(erased.BundleId, erased.Number)?.Remove(erased.Task, erased.TaskKey);
                break;
        }
    }

    // Null for a generation that was dropped meanwhile: what still comes for it is of no use.
    private EmbeddingGeneration? Find(string bundleId, long number) =>
        Existing(bundleId, number) ?? (number < Index.Pointers.NextGeneration ? null : Index.Write(bundleId, number));

    private EmbeddingGeneration? Existing(string bundleId, long number) =>
        Index.All.FirstOrDefault(generation => generation.BundleId == bundleId && generation.Number == number);

    private ConsumeResult<byte[]?, byte[]?>? Next()
    {
        try
        {
            return consumer.Consume(PollTime);
        }
        catch (ConsumeException fault)
        {
            ClientLog.Write(logger, fault.Error);
            return null;
        }
    }

    private EmbeddingRecord? RecordOf(ConsumeResult<byte[]?, byte[]?> read)
    {
        try
        {
            return EmbeddingRecord.Read(read.Message.Key, read.Message.Value, read.TopicPartitionOffset.ToString());
        }
        catch (InvalidInputException fault)
        {
            logger.LogWarning("Not an embedding: {Message}", fault.Message);
            return null;
        }
    }
}
