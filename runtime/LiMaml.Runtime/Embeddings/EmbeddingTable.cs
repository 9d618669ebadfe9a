using System.Collections.Concurrent;

namespace LiMaml.Runtime.Embeddings;

/// <summary>
/// The embeddings of one task definition in one generation, in memory. Readers take no lock and never see a part of an
/// embedding: a vector is written once into a page and not changed again, a replaced one gets a new place. One writer at a time.
/// </summary>
/// <param name="task">The task definition.</param>
/// <param name="size">Numbers in each vector.</param>
internal sealed class EmbeddingTable(string task, int size)
{
    private const int PageFloats = 64 * 1024;

    private readonly int pageSlots = Math.Max(1, PageFloats / size);
    private readonly ConcurrentDictionary<string, Entry> entries = new(concurrencyLevel: 1, capacity: 31, StringComparer.Ordinal);
    private float[] page = [];
    private int used;
    private long slots;

    /// <summary>Numbers in each vector.</summary>
    public int Size => size;

    /// <summary>Embeddings that it has.</summary>
    public int Count => entries.Count;

    /// <summary>Places taken by vectors, replaced ones included.</summary>
    internal long Slots => slots;

    /// <summary>Adds an embedding or replaces that of the same key.</summary>
    public void Upsert(StoredEmbedding embedding)
    {
        Place(embedding);
        if (slots > pageSlots && slots > 2L * entries.Count)
        {
            Compact();
        }
    }

    /// <summary>The embedding of <paramref name="key"/>, its vector not copied; null where there is none.</summary>
    public StoredEmbedding? Find(string key) => entries.TryGetValue(key, out var entry) ? Embedding(key, entry) : null;

    /// <summary>All embeddings, each key once; those changed meanwhile as before or after.</summary>
    public IEnumerable<StoredEmbedding> All() => entries.Select(pair => Embedding(pair.Key, pair.Value));

    /// <summary>Removes the embedding of <paramref name="key"/>.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string key) => entries.TryRemove(key, out _);

    private void Place(StoredEmbedding embedding)
    {
        if (used == page.Length / size)
        {
            page = new float[Math.Min(pageSlots, Math.Max(16, entries.Count)) * size];
            used = 0;
        }

        var offset = used * size;
        embedding.Vector.Span.CopyTo(page.AsSpan(offset));
        entries[embedding.Key] = new Entry(page, offset, embedding.NewestEventTime, embedding.SupportCount, embedding.LossBefore, embedding.LossAfter);
        used++;
        slots++;
    }

    // Readers that still hold an old page keep it alive; nobody else does.
    private void Compact()
    {
        (page, used, slots) = ([], 0, 0);
        foreach (var embedding in All().ToList())
        {
            Place(embedding);
        }
    }

    private StoredEmbedding Embedding(string key, Entry entry) => new(
        task, key, entry.Page.AsMemory(entry.Offset, size), entry.NewestEventTime, entry.SupportCount, entry.LossBefore, entry.LossAfter);

    private readonly record struct Entry(float[] Page, int Offset, long NewestEventTime, int SupportCount, float LossBefore, float LossAfter);
}
