using LiMaml.Models;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Embeddings;

public sealed class ParquetEmbeddingStoreTests : EmbeddingStoreContract
{
    private readonly TestFolder folder = new();

    private string Snapshot => Path.Combine(folder["store"], "member", $"1-{Bundle}.parquet");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    protected override async Task<IEmbeddingStore> OpenAsync() => await ParquetEmbeddingStore.OpenAsync(folder["store"]);

    [Fact]
    public async Task FlipAsync_Snapshot_IsStampedAndSorted()
    {
        await PublishAsync(1, [Embedding("b", 7), Embedding("a", 3), Embedding("i", 1, "item", size: 2)]);
        using var reader = await SnapshotReader.OpenAsync(Snapshot);
        var asOf = DateTimeOffset.UnixEpoch.AddTicks(Embedding("b", 7).NewestEventTime * 10);
        Assert.Equal(new SnapshotInfo(Bundle, "member", 3, asOf, 1), reader.Info);
        Assert.Equal(["a", "b"], (await reader.ReadAsync().SingleAsync()).Keys);
        Assert.Equal(["current.json", "item", "member"], Directory.EnumerateFileSystemEntries(folder["store"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WriteAsync_BeforeTheFlip_WritesNoFile()
    {
        await Store.WriteAsync(Bundle, 1, [Embedding("a", 1)], default);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["store"]));
    }

    [Fact]
    public async Task FlipAsync_Twice_DeletesTheOldestFile()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await PublishAsync(2, [Embedding("a", 2)]);
        Assert.True(File.Exists(Snapshot));
        await PublishAsync(3, [Embedding("a", 3)]);
        Assert.False(File.Exists(Snapshot));
    }

    [Fact]
    public async Task ForgetAsync_ATask_KeepsTheAsOfTime()
    {
        await PublishAsync(1, [Embedding("b", 7), Embedding("a", 3)]);
        await Store.ForgetAsync("member", "b", default);
        using var reader = await SnapshotReader.OpenAsync(Snapshot);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(Embedding("b", 7).NewestEventTime * 10), reader.Info.AsOf);
        Assert.Equal(["a"], (await reader.ReadAsync().SingleAsync()).Keys);
    }

    [Fact]
    public async Task OpenAsync_SnapshotsThatWereNotPublished_AreDeleted()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        var (orphan, partial) = (Snapshot.Replace("1-", "2-", StringComparison.Ordinal), Snapshot + ".partial");
        File.Copy(Snapshot, orphan);
        File.Copy(Snapshot, partial);
        await ReopenAsync();
        Assert.False(File.Exists(orphan) || File.Exists(partial));
        await HoldsAsync(1, Embedding("a", 1));
    }

    [Fact]
    public async Task OpenAsync_SnapshotMissing_IsNamed()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        File.Delete(Snapshot);
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => ParquetEmbeddingStore.OpenAsync(folder["store"]));
        Assert.StartsWith(Snapshot, fault.Message);
    }

    [Fact]
    public async Task OpenAsync_SnapshotOfAnotherGeneration_IsNamed()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await PublishAsync(2, [Embedding("a", 2)]);
        File.Copy(Snapshot.Replace("1-", "2-", StringComparison.Ordinal), Snapshot, overwrite: true);
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => ParquetEmbeddingStore.OpenAsync(folder["store"]));
        Assert.Equal($"{Snapshot}: found generation 2 of bundle {Bundle}, task 'member', expected what its folder and name say.", fault.Message);
    }

    [Fact]
    public async Task OpenAsync_PointersOfAnotherFormat_AreRefused()
    {
        await File.WriteAllTextAsync(Path.Combine(folder["store"], "current.json"), "{ \"formatVersion\": 2 }");
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => ParquetEmbeddingStore.OpenAsync(folder["store"]));
        Assert.Contains("formatVersion: found 2, expected 1", fault.Message);
    }
}
