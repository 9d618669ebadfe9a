using LiMaml.Models;

namespace LiMaml.Runtime.Embeddings;

/// <summary><c>current.json</c> of a folder of snapshots: which generations are published, and of which task definitions they have a file.</summary>
/// <param name="FormatVersion">1.</param>
/// <param name="Current">Null before the first flip.</param>
/// <param name="Previous">Null before the second.</param>
internal sealed record PublishedSnapshots(int FormatVersion, PublishedSnapshots.Generation? Current, PublishedSnapshots.Generation? Previous)
{
    /// <summary>That of a folder that nothing was published in.</summary>
    public static PublishedSnapshots None { get; } = new(PublishedPointers.CurrentFormatVersion, null, null);

    /// <summary>The file for <paramref name="pointers"/>, which mean some of <paramref name="generations"/>.</summary>
    public static PublishedSnapshots Of(PublishedPointers pointers, IEnumerable<EmbeddingGeneration> generations) => new(
        PublishedPointers.CurrentFormatVersion, Of(pointers.Current, generations), Of(pointers.Previous, generations));

    /// <summary>The pointers.</summary>
    /// <exception cref="InvalidInputException">The file has another format.</exception>
    public PublishedPointers Pointers(string where) => new PublishedPointers(FormatVersion, Current?.Pointer, Previous?.Pointer).Validated(where);

    private static Generation? Of(EmbeddingPointer? pointer, IEnumerable<EmbeddingGeneration> generations) => pointer is null ? null : new Generation(
        pointer, [.. generations.First(generation => pointer.Names(generation.BundleId, generation.Number)).Tasks.Order(StringComparer.Ordinal)]);

    /// <summary>A published generation.</summary>
    /// <param name="Pointer">Which.</param>
    /// <param name="Tasks">Task definitions that it has a file of.</param>
    internal sealed record Generation(EmbeddingPointer Pointer, IReadOnlyList<string> Tasks);
}
