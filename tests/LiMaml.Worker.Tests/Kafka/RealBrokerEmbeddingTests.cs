using LiMaml.Runtime.Embeddings;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>The embeddings' topic on the broker that <c>LIMAML_TEST_KAFKA</c> names.</summary>
public sealed class RealBrokerEmbeddingTests : KafkaEmbeddingStoreContract
{
    private TestKafka? kafka;

    private TestKafka Kafka => kafka!;

    public override async ValueTask InitializeAsync()
    {
        kafka = await TestKafka.ConnectAsync();
        if (!Kafka.Administers)
        {
            await Kafka.CreateAsync("embeddings");
        }

        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (kafka is not null)
        {
            await kafka.DisposeAsync();
        }
    }

    protected override Task<KafkaEmbeddingStore> OpenStoreAsync() => OpenStoreAsync("embeddings");

    [Fact]
    public async Task OpenAsync_NoTopic_CreatesItCompacted()
    {
        Kafka.SkipOnMock("administration");
        var topic = Kafka.Name("embeddings");

        Assert.Equal("compact", await Kafka.SettingAsync(topic, "cleanup.policy"));
        Assert.Equal(Enumerable.Repeat(await Kafka.SettingAsync(null, "default.replication.factor"), 8), Kafka.Replicas(topic).Select(count => $"{count}"));
    }

    [Fact]
    public async Task OpenAsync_TopicThatExists_LeavesItAsItIs()
    {
        var topic = await Kafka.CreateAsync("prepared", ("cleanup.policy", "compact"));
        await using var store = await OpenStoreAsync("prepared");
        await store.WriteAsync(Bundle, 1, [Embedding("a", 1)], default);

        Assert.Equal(TestKafka.Partitions, Kafka.Replicas(topic).Count);
    }

    [Fact]
    public async Task OpenAsync_CompactedTopic_HasWhatTheLastWriterHad()
    {
        Kafka.SkipOnMock("compaction");
        var topic = await Kafka.CreateAsync("compacted", ("cleanup.policy", "compact"), ("min.cleanable.dirty.ratio", "0.01"), ("segment.ms", "1000"), ("max.compaction.lag.ms", "1000"));
        await using (var writer = await OpenStoreAsync("compacted"))
        {
            for (var generation = 1; generation <= 3; generation++)
            {
                await writer.WriteAsync(Bundle, generation, Embeddings(generation), default);
                await writer.FlipAsync(Pointer(generation), default);
            }

            await AwaitCompactionAsync(writer, topic);
        }

        await using var reader = await OpenStoreAsync("compacted");
        Assert.Equal((Pointer(3), Pointer(2)), (await reader.CurrentAsync(default), await reader.PreviousAsync(default)));
        Assert.Equal(
            Embeddings(3).Select(embedding => (embedding.Key, embedding.NewestEventTime)),
            (await reader.ReadAllAsync(Pointer(3), default).ToListAsync()).Select(embedding => (embedding.Key, embedding.NewestEventTime)).OrderBy(embedding => embedding.Key, StringComparer.Ordinal));
    }

    private static List<StoredEmbedding> Embeddings(int generation) => [.. Enumerable.Range(0, 100).Select(number => Embedding($"k{number:000}", generation + number))];

    // A segment is closed, and so can be compacted, by a record that comes after its time. Records go down once the cleaner has come by.
    private static async Task AwaitCompactionAsync(KafkaEmbeddingStore writer, string topic)
    {
        var deadline = DateTime.UtcNow.AddMinutes(3);
        for (var (last, count) = (0, TopicReader.ReadAll(TestKafka.Address, topic).Count); count >= last; (last, count) = (count, TopicReader.ReadAll(TestKafka.Address, topic).Count))
        {
            Assert.SkipWhen(DateTime.UtcNow > deadline, "the broker's log cleaner has not come by within 3 minutes");
            await writer.WriteAsync(Bundle, 3, Embeddings(3), default);
            await Task.Delay(1100);
        }
    }

    private Task<KafkaEmbeddingStore> OpenStoreAsync(string topic) => KafkaEmbeddingStore.OpenAsync(
        new KafkaOptions { BootstrapServers = TestKafka.Address, Topic = Kafka.Name("events"), GroupId = Kafka.Group }, Kafka.Name(topic), NullLogger.Instance);
}
