using System.Text.Json.Serialization;
using LiMaml.Models;

namespace LiMaml.Runtime.Embeddings;

/// <summary>The two generations that a store lets be read; written in one piece, so that a flip is one write.</summary>
/// <param name="FormatVersion">1.</param>
/// <param name="Current">Null before the first flip.</param>
/// <param name="Previous">Null before the second.</param>
public sealed record PublishedPointers(int FormatVersion, EmbeddingPointer? Current, EmbeddingPointer? Previous)
{
    /// <summary>The version of the format this code writes.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Those of a store that nothing was published in.</summary>
    public static PublishedPointers None { get; } = new(CurrentFormatVersion, null, null);

    /// <summary>Whether the generation may be read.</summary>
    public bool Have(string bundleId, long generation) =>
        Current?.Names(bundleId, generation) == true || Previous?.Names(bundleId, generation) == true;

    /// <summary>The pointers after a flip to <paramref name="pointer"/>; these, where it is the current generation already.</summary>
    public PublishedPointers Flip(EmbeddingPointer pointer)
    {
        ArgumentNullException.ThrowIfNull(pointer);
        return Current?.Names(pointer.BundleId, pointer.Generation) == true ? this : this with { Current = pointer, Previous = Current };
    }

    /// <summary>Checks that a generation may be begun: numbers ascend, so that nobody can mistake one generation for another.</summary>
    /// <exception cref="GenerationUnavailableException">Its number is not above those published.</exception>
    public void CheckBegin(string bundleId, long generation)
    {
        if (generation <= Math.Max(Current?.Generation ?? -1, Previous?.Generation ?? -1))
        {
            throw new GenerationUnavailableException(
                $"generation {generation} of bundle {bundleId} cannot be begun: the next number is {NextGeneration}, above the current and the previous one.");
        }
    }

    /// <summary>Number of the generation to write next.</summary>
    [JsonIgnore]
    public long NextGeneration => 1 + Math.Max(Current?.Generation ?? 0, Previous?.Generation ?? 0);

    /// <summary>Checks what was read from outside.</summary>
    /// <exception cref="InvalidInputException">Another format.</exception>
    public PublishedPointers Validated(string where) => FormatVersion == CurrentFormatVersion
        ? this
        : throw new InvalidInputException($"{where}: formatVersion", $"{FormatVersion}", $"{CurrentFormatVersion}");
}
