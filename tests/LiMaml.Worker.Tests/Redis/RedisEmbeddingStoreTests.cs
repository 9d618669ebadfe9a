using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Tests.Embeddings;
using LiMaml.Worker.Redis;

namespace LiMaml.Worker.Tests.Redis;

public sealed class RedisEmbeddingStoreTests : EmbeddingStoreContract
{
    private TestRedis? redis;

    private TestRedis Redis => redis!;

    public override async ValueTask InitializeAsync()
    {
        redis = await TestRedis.ConnectAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (redis is not null)
        {
            await redis.DisposeAsync();
        }
    }

    protected override async Task<IEmbeddingStore> OpenAsync() => await OpenAsync(Redis.Address);

    private async Task<RedisEmbeddingStore> OpenAsync(string address) => await RedisEmbeddingStore.OpenAsync(
        new RedisOptions { Configuration = address + ",connectTimeout=500", Prefix = Redis.Prefix, BatchSize = 7, FirstRetry = TimeSpan.FromMilliseconds(5), LongestRetry = TimeSpan.FromMilliseconds(50) });

    [Fact]
    public async Task FlipAsync_Twice_LeavesKeysOfTwoGenerationsThatDoNotExpire()
    {
        for (var generation = 1; generation <= 3; generation++)
        {
            await PublishAsync(generation, [Embedding("a", generation), Embedding("a", generation, "item")]);
        }

        Assert.Equal(
            [
                $"{Bundle}:2:embeddings:item", $"{Bundle}:2:embeddings:member", $"{Bundle}:2:sizes",
                $"{Bundle}:3:embeddings:item", $"{Bundle}:3:embeddings:member", $"{Bundle}:3:sizes",
                "generations", "pointers",
            ],
            Redis.Keys);
        foreach (var key in Redis.Keys)
        {
            Assert.Null(await Redis.Database.KeyTimeToLiveAsync(Redis.Key(key)));
        }
    }

    [Fact]
    public async Task WriteAsync_NotYetPublished_Expires()
    {
        await Store.WriteAsync(Bundle, 1, [Embedding("a", 1)], default);
        await Store.WriteAsync(Bundle, 1, [Embedding("a", 1, "item")], default);
        foreach (var key in Redis.Keys.Where(key => key != "generations"))
        {
            Assert.InRange((await Redis.Database.KeyTimeToLiveAsync(Redis.Key(key)))!.Value, TimeSpan.FromHours(23), TimeSpan.FromHours(24));
        }
    }

    [Fact]
    public async Task WriteAsync_UpsertAfterPublishing_DoesNotMakeItExpire()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await Store.WriteAsync(Bundle, 1, [Embedding("b", 1), Embedding("b", 1, "item")], default);
        foreach (var key in Redis.Keys)
        {
            Assert.Null(await Redis.Database.KeyTimeToLiveAsync(Redis.Key(key)));
        }
    }

    [Fact]
    public async Task WriteAsync_LaterGeneration_RemovesWhatAnotherWriterLeft()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await Store.WriteAsync(OtherBundle, 2, [Embedding("left", 2)], default);
        await ReopenAsync();
        await PublishAsync(2, [Embedding("b", 2)]);
        Assert.DoesNotContain(Redis.Keys, key => key.StartsWith(OtherBundle, StringComparison.Ordinal));
        await HoldsAsync(2, Embedding("b", 2));
    }

    [Fact]
    public async Task WriteAsync_GenerationThatExpiredMeanwhile_IsNotContinued()
    {
        await Store.WriteAsync(Bundle, 1, [Embedding("a", 1)], default);
        await Redis.Database.KeyDeleteAsync([.. Redis.Keys.Where(key => key != "generations").Select(Redis.Key)]);
        var fault = await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.WriteAsync(Bundle, 1, [Embedding("b", 1)], default));
        Assert.Contains("has to be written anew", fault.Message);
        await Store.DiscardAsync(Bundle, 1, default);
        await PublishAsync(1, [Embedding("c", 1)]);
        await HoldsAsync(1, Embedding("c", 1));
    }

    [Fact]
    public async Task WriteAsync_LinkBrokenMeanwhile_WaitsAndLosesNothing()
    {
        await using var link = new BreakableLink(Redis.Address);
        await using var writer = await OpenAsync(link.Address);
        StoredEmbedding[] embeddings = [.. Enumerable.Range(0, 100).Select(task => Embedding($"k{task}", task))];
        await writer.WriteAsync(Bundle, 1, embeddings[..50], default);
        link.Break();
        var publishing = PublishRestAsync();
        await Assert.ThrowsAsync<EmbeddingStoreUnavailableException>(() => writer.CurrentAsync(default));
        await Assert.ThrowsAsync<EmbeddingStoreUnavailableException>(() => writer.ReadAsync(Pointer(1), "member", ["k1"], default));
        Assert.False(publishing.IsCompleted);
        Assert.Null(await Store.CurrentAsync(default));

        link.Mend();
        await publishing.WaitAsync(TimeSpan.FromSeconds(60));
        await HoldsAsync(1, embeddings);

        async Task PublishRestAsync()
        {
            await writer.WriteAsync(Bundle, 1, embeddings[50..], default);
            await writer.FlipAsync(Pointer(1), default);
        }
    }

    [Fact]
    public async Task FlipAsync_LinkBrokenAgainAndAgain_FlipsEachGenerationWholly()
    {
        await using var link = new BreakableLink(Redis.Address);
        await using var writer = await OpenAsync(link.Address);
        StoredEmbedding[] embeddings = [.. Enumerable.Range(0, 30).Select(task => Embedding($"k{task}", task))];
        using var stop = new CancellationTokenSource();
        var breaking = Task.Run(async () =>
        {
            // Not for ever: a machine too busy to connect and write within a pause gets there afterwards.
            for (var times = 0; times < 200 && !stop.IsCancellationRequested; times++)
            {
                link.Break();
                link.Mend();
                await Task.Delay(TimeSpan.FromMilliseconds(30));
            }
        });
        for (var generation = 1L; generation <= 5; generation++)
        {
            await writer.WriteAsync(Bundle, generation, embeddings, default).WaitAsync(TimeSpan.FromSeconds(60));
            await writer.FlipAsync(Pointer(generation), default).WaitAsync(TimeSpan.FromSeconds(60));
            await HoldsAsync(generation, embeddings);
        }

        await stop.CancelAsync();
        await breaking;
    }

    [Fact]
    public async Task WriteAsync_CancelledWhileItWaits_Ends()
    {
        await using var link = new BreakableLink(Redis.Address);
        await using var writer = await OpenAsync(link.Address);
        link.Break();
        using var cancellation = new CancellationTokenSource();
        var write = writer.WriteAsync(Bundle, 1, [Embedding("a", 1)], cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task OpenAsync_ServerAway_OpensAndWaits()
    {
        await using var link = new BreakableLink(Redis.Address);
        link.Break();
        await using var writer = await OpenAsync(link.Address);
        Assert.False(writer.IsConnected);
        var write = writer.WriteAsync(Bundle, 1, [Embedding("a", 1)], default);
        link.Mend();
        await write.WaitAsync(TimeSpan.FromSeconds(60));
        await Store.FlipAsync(Pointer(1), default);
        await HoldsAsync(1, Embedding("a", 1));
    }
}
