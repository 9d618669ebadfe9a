using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Tests.Embeddings;
using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>What the store in a topic promises besides, whatever the broker.</summary>
public abstract class KafkaEmbeddingStoreContract : EmbeddingStoreContract
{
    protected override async Task<IEmbeddingStore> OpenAsync() => await OpenStoreAsync();

    /// <summary>Opens the store on the test's topic.</summary>
    protected abstract Task<KafkaEmbeddingStore> OpenStoreAsync();

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
}
