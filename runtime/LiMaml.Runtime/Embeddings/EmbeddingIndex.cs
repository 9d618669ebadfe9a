namespace LiMaml.Runtime.Embeddings;

/// <summary>
/// The current and the previous generation in memory, and those being written. Reads go to an immutable snapshot of what is
/// published, swapped by a flip, and take no lock; changes are made by one caller at a time.
/// </summary>
internal sealed class EmbeddingIndex
{
    private readonly List<EmbeddingGeneration> begun = [];
    private volatile Published published = new(PublishedPointers.None, []);

    /// <summary>What is published.</summary>
    public PublishedPointers Pointers => published.Pointers;

    /// <summary>Every generation that it holds, those being written included.</summary>
    public IEnumerable<EmbeddingGeneration> All => published.Generations.Concat(begun);

    /// <summary>Puts back what a store kept.</summary>
    public void Restore(PublishedPointers pointers, IReadOnlyList<EmbeddingGeneration> generations) => published = new Published(pointers, generations);

    /// <summary>The published generation that <paramref name="pointer"/> means.</summary>
    /// <exception cref="GenerationUnavailableException">There is none.</exception>
    public EmbeddingGeneration Read(EmbeddingPointer pointer)
    {
        ArgumentNullException.ThrowIfNull(pointer);
        return Find(published.Generations, pointer.BundleId, pointer.Generation) ?? throw new GenerationUnavailableException(pointer.BundleId, pointer.Generation);
    }

    /// <summary>The generation to write into, begun where it is new.</summary>
    /// <exception cref="NotSupportedException">It is the previous one.</exception>
    /// <exception cref="GenerationUnavailableException">It is new and its number is not above those published.</exception>
    public EmbeddingGeneration Write(string bundleId, long generation)
    {
        if (Pointers.Previous?.Names(bundleId, generation) == true)
        {
            throw new NotSupportedException($"generation {generation} is the previous one: it is kept as it was, to be flipped back to.");
        }

        if ((Find(published.Generations, bundleId, generation) ?? Find(begun, bundleId, generation)) is { } known)
        {
            return known;
        }

        Pointers.CheckBegin(bundleId, generation);
        begun.Add(new EmbeddingGeneration(bundleId, generation));
        return begun[^1];
    }

    /// <summary>What a flip to <paramref name="pointer"/> would leave published, and the generation that would be dropped; changes nothing.</summary>
    /// <exception cref="GenerationUnavailableException">There is no such generation.</exception>
    public (PublishedPointers Pointers, EmbeddingGeneration? Dropped) Plan(EmbeddingPointer pointer)
    {
        ArgumentNullException.ThrowIfNull(pointer);
        if (Find(All, pointer.BundleId, pointer.Generation) is null)
        {
            throw new GenerationUnavailableException(pointer.BundleId, pointer.Generation);
        }

        var next = Pointers.Flip(pointer);
        return (next, published.Generations.FirstOrDefault(generation => !next.Have(generation.BundleId, generation.Number)));
    }

    /// <summary>Publishes what <see cref="Plan"/> gave.</summary>
    public void Publish(PublishedPointers pointers)
    {
        EmbeddingGeneration[] generations = [.. All.Where(generation => pointers.Have(generation.BundleId, generation.Number))];
        begun.RemoveAll(generations.Contains);
        published = new Published(pointers, generations);
    }

    /// <summary>Drops a generation that is not published.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="NotSupportedException">It is published.</exception>
    public bool Discard(string bundleId, long generation)
    {
        if (Pointers.Have(bundleId, generation))
        {
            throw new NotSupportedException($"generation {generation} is published: only what was not flipped to can be discarded.");
        }

        return begun.RemoveAll(other => other.BundleId == bundleId && other.Number == generation) > 0;
    }

    /// <summary>Removes a task's embedding from every generation.</summary>
    public void Forget(string task, string key)
    {
        foreach (var generation in All)
        {
            generation.Remove(task, key);
        }
    }

    private static EmbeddingGeneration? Find(IEnumerable<EmbeddingGeneration> generations, string bundleId, long generation) =>
        generations.FirstOrDefault(other => other.Number == generation && other.BundleId == bundleId);

    private sealed record Published(PublishedPointers Pointers, IReadOnlyList<EmbeddingGeneration> Generations);
}
