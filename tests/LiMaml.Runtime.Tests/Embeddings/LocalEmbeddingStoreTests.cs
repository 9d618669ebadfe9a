using LiMaml.Models;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Embeddings;

public sealed class LocalEmbeddingStoreTests : EmbeddingStoreContract
{
    private readonly TestFolder folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    protected override Task<IEmbeddingStore> OpenAsync() => Task.FromResult<IEmbeddingStore>(LocalEmbeddingStore.Open(folder["store"]));

    [Fact]
    public async Task Open_HalfWrittenGeneration_RemovesIt()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await Store.WriteAsync(Bundle, 2, [Embedding("a", 2), Embedding("b", 2)], default);
        await ReopenAsync();
        await HoldsAsync(1, Embedding("a", 1));
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.FlipAsync(Pointer(2), default));
        await PublishAsync(2, [Embedding("c", 2)]);
        await ReopenAsync();
        await HoldsAsync(2, Embedding("c", 2));
    }

    [Fact]
    public async Task Flip_OldestGeneration_IsDeletedFromDisk()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await PublishAsync(2, [Embedding("a", 2)]);
        await PublishAsync(3, [Embedding("a", 3)]);
        await Store.DisposeAsync();
        using (var database = EmbeddingDatabase.Open(folder["store"]))
        {
            Assert.Throws<InvalidInputException>(() => database.Load(Pointer(1)));
            Assert.Single(database.Load(Pointer(2)).All());
        }

        await ReopenAsync();
    }

    [Fact]
    public void Open_FolderOpenElsewhere_IsRefused()
    {
        var fault = Assert.Throws<InvalidInputException>(() => LocalEmbeddingStore.Open(folder["store"]));
        Assert.Contains("no other process has open", fault.Message);
    }

    [Fact]
    public async Task Open_DamagedDatabase_IsRefused()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await Store.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(folder["store"], "CURRENT"), "MANIFEST-999999\n");
        var fault = Assert.Throws<InvalidInputException>(() => LocalEmbeddingStore.Open(folder["store"]));
        Assert.Contains("found a database that cannot be opened", fault.Message);
    }

    [Fact]
    public async Task WriteAsync_AfterDispose_IsRefused()
    {
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.WriteAsync(Bundle, 1, [Embedding("a", 1)], default));
    }
}
