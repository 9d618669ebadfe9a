using LiMaml.Worker.Broker;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiMaml.Worker.Tests.Kafka;

public sealed class KafkaEmbeddingStoreTests : KafkaEmbeddingStoreContract
{
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();

    public override ValueTask InitializeAsync()
    {
        broker.CreateTopic("embeddings", 3);
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        broker.Dispose();
    }

    protected override Task<KafkaEmbeddingStore> OpenStoreAsync() => KafkaEmbeddingStore.OpenAsync(
        new KafkaOptions { BootstrapServers = broker.BootstrapServers, Topic = "events" }, "embeddings", NullLogger.Instance);

    [Fact]
    public async Task WriteAsync_BrokerAway_WaitsForIt()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        broker.TakeDown();
        var writing = Store.WriteAsync(Bundle, 1, [Embedding("a", 2)], default);
        Assert.False(writing.IsCompleted);
        Assert.Equal(1, (await Store.ReadAsync(Pointer(1), "member", ["a"], default))[0]!.SupportCount);
        broker.BringUp();
        await writing.WaitAsync(TimeSpan.FromSeconds(60));

        await HoldsAsync(1, Embedding("a", 2));
    }
}
