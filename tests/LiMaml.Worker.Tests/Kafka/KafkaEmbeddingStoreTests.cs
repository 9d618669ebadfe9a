using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Tests.Embeddings;
using LiMaml.Worker.Broker;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiMaml.Worker.Tests.Kafka;

public sealed class KafkaEmbeddingStoreTests : EmbeddingStoreContract
{
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        broker.Dispose();
    }

    protected override async Task<IEmbeddingStore> OpenAsync() => await OpenStoreAsync();

    [Fact]
    public async Task FlipAsync_OtherProcess_SeesItWithAllEmbeddings()
    {
        await using var follower = await OpenStoreAsync();
        await PublishAsync(1, [Embedding("a", 1), Embedding("b", 2)]);
        await PublishAsync(2, [.. Enumerable.Range(0, 500).Select(number => Embedding($"k{number}", number))]);
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (await follower.CurrentAsync(default) != Pointer(2))
        {
            Assert.True(DateTime.UtcNow < deadline);
            await Task.Delay(5);
        }

        Assert.Equal(500, await follower.ReadAllAsync(Pointer(2), default).CountAsync());
        Assert.Equal(Pointer(1), await follower.PreviousAsync(default));
    }

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

    private Task<KafkaEmbeddingStore> OpenStoreAsync() => KafkaEmbeddingStore.OpenAsync(
        new KafkaOptions { BootstrapServers = broker.BootstrapServers, Topic = "events" }, "embeddings", NullLogger.Instance);
}
