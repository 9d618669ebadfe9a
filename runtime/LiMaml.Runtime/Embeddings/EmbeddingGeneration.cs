using System.Collections.Concurrent;

namespace LiMaml.Runtime.Embeddings;

/// <summary>One generation in memory: a table for each task definition. Readers take no lock; one writer at a time.</summary>
/// <param name="bundleId">The model.</param>
/// <param name="number">The generation's number.</param>
internal sealed class EmbeddingGeneration(string bundleId, long number)
{
    private readonly ConcurrentDictionary<string, EmbeddingTable> tables = new(StringComparer.Ordinal);

    public string BundleId => bundleId;

    public long Number => number;

    /// <summary>Task definitions that it has embeddings of, or had.</summary>
    public IEnumerable<string> Tasks => tables.Keys;

    /// <summary>Numbers in the vectors of a task definition that it has.</summary>
    public int Size(string task) => tables[task].Size;

    /// <summary>Checks vector sizes against what the generation has.</summary>
    /// <exception cref="LiMaml.Models.InvalidInputException">A size differs.</exception>
    public void Check(IReadOnlyDictionary<string, StoredEmbedding> firsts)
    {
        foreach (var (task, first) in firsts)
        {
            if (tables.TryGetValue(task, out var table))
            {
                EmbeddingChecks.Size(first, table.Size);
            }
        }
    }

    /// <summary>Adds or replaces embeddings, visible one by one.</summary>
    public void Upsert(IEnumerable<StoredEmbedding> embeddings)
    {
        foreach (var embedding in embeddings)
        {
            tables.GetOrAdd(embedding.Task, static (task, size) => new EmbeddingTable(task, size), embedding.Vector.Length).Upsert(embedding);
        }
    }

    /// <summary>The embeddings of <paramref name="keys"/>, in their order; null where there is none.</summary>
    public StoredEmbedding?[] Find(string task, IReadOnlyList<string> keys)
    {
        var found = new StoredEmbedding?[keys.Count];
        if (tables.TryGetValue(task, out var table))
        {
            for (var index = 0; index < found.Length; index++)
            {
                found[index] = table.Find(keys[index]);
            }
        }

        return found;
    }

    /// <summary>All embeddings of a task definition.</summary>
    public IEnumerable<StoredEmbedding> All(string task) => tables.TryGetValue(task, out var table) ? table.All() : [];

    /// <summary>All embeddings.</summary>
    public IEnumerable<StoredEmbedding> All() => tables.Values.SelectMany(table => table.All());

    /// <summary>Removes a task's embedding.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string task, string key) => tables.TryGetValue(task, out var table) && table.Remove(key);
}
