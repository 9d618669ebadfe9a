using LiMaml.Runtime.Embeddings;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// Gathers a topic's records from its beginning to its end. Compaction may have taken any but the last of each key, so
/// what counts is what remains at the end, not what was published when.
/// </summary>
internal sealed class EmbeddingReplay
{
    private readonly Dictionary<(string BundleId, long Number), EmbeddingGeneration> generations = [];
    private readonly HashSet<(string BundleId, long Number)> begun = [];
    private PublishedPointers pointers = PublishedPointers.None;

    /// <summary>The next record of a partition.</summary>
    public void Add(EmbeddingRecord record)
    {
        switch (record)
        {
            case EmbeddingRecord.Pointers published:
                pointers = published.Published;
                break;
            case EmbeddingRecord.Generation { IsBegun: true } generation:
                begun.Add((generation.BundleId, generation.Number));
                break;
            case EmbeddingRecord.Generation dropped:
                begun.Remove((dropped.BundleId, dropped.Number));
                break;
            case EmbeddingRecord.Embedding { Stored: { } stored } embedding:
                Find(embedding.BundleId, embedding.Number).Upsert([stored]);
                break;
            case EmbeddingRecord.Embedding erased:
                generations.GetValueOrDefault((erased.BundleId, erased.Number))?.Remove(erased.Task, erased.TaskKey);
                break;
        }
    }

    /// <summary>Puts what remains into an empty index.</summary>
    public void Restore(EmbeddingIndex index)
    {
        var published = new[] { pointers.Current, pointers.Previous }.OfType<EmbeddingPointer>().Select(pointer => Find(pointer.BundleId, pointer.Generation)).ToList();
        index.Restore(pointers, published);
        foreach (var (bundleId, number) in begun.Where(generation => generation.Number >= pointers.NextGeneration))
        {
            index.Write(bundleId, number).Upsert(Find(bundleId, number).All());
        }
    }

    private EmbeddingGeneration Find(string bundleId, long number)
    {
        if (!generations.TryGetValue((bundleId, number), out var generation))
        {
            generation = new EmbeddingGeneration(bundleId, number);
            generations.Add((bundleId, number), generation);
        }

        return generation;
    }
}
