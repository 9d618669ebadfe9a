using LiMaml.Runtime.Embeddings;

namespace LiMaml.Runtime.Tests.Embeddings;

public sealed class EmbeddingTableTests
{
    [Fact]
    public void Upsert_SameKeysAgainAndAgain_KeepsMemoryBounded()
    {
        const int size = 64;
        var table = new EmbeddingTable("member", size);
        for (var round = 0; round < 500; round++)
        {
            for (var task = 0; task < 20; task++)
            {
                table.Upsert(Embedding($"k{task}", round, size));
            }
        }

        Assert.Equal(20, table.Count);
        Assert.InRange(table.Slots, 20, 1024 + 1);
        Assert.All(table.All(), embedding => Assert.Equal(499, embedding.Vector.Span[size - 1]));
    }

    [Fact]
    public void Find_EmbeddingReplacedLater_KeepsItsValues()
    {
        var table = new EmbeddingTable("member", 1);
        table.Upsert(Embedding("a", 1, 1));
        var before = table.Find("a")!;
        table.Upsert(Embedding("a", 2, 1));
        Assert.Equal((1f, 2f), (before.Vector.Span[0], table.Find("a")!.Vector.Span[0]));
    }

    [Fact]
    public void All_ManyKeys_HasEachOnce()
    {
        var table = new EmbeddingTable("member", 7);
        for (var task = 0; task < 30_000; task++)
        {
            table.Upsert(Embedding($"k{task}", task, 7));
        }

        Assert.True(table.Remove("k17"));
        Assert.False(table.Remove("k17"));
        Assert.Null(table.Find("k17"));
        Assert.Equal(29_999, table.All().DistinctBy(embedding => embedding.Key).Count());
        Assert.All(table.All(), embedding => Assert.Equal($"k{embedding.Vector.Span[0]}", embedding.Key));
    }

    private static StoredEmbedding Embedding(string key, float value, int size) =>
        new("member", key, Enumerable.Repeat(value, size).ToArray(), 0, 1, 0, 0);
}
