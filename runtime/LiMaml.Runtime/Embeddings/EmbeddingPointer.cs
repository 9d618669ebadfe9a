namespace LiMaml.Runtime.Embeddings;

/// <summary>Names the generation that readers use: a request resolves it once and reads everything by it.</summary>
/// <param name="BundleId">The model whose global block may score the generation's embeddings.</param>
/// <param name="Generation">Number of the generation, 0 or more; with the bundle id it says which embeddings are meant.</param>
/// <param name="PublishedAt">Processing time at which it became current; says nothing about which generation is meant.</param>
public sealed record EmbeddingPointer(string BundleId, long Generation, DateTimeOffset PublishedAt)
{
    /// <summary>Whether this is generation <paramref name="generation"/> of <paramref name="bundleId"/>.</summary>
    public bool Names(string bundleId, long generation) => Generation == generation && BundleId == bundleId;
}
