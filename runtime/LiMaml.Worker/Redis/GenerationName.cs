using System.Globalization;
using LiMaml.Models;
using LiMaml.Runtime.Embeddings;

namespace LiMaml.Worker.Redis;

/// <summary>Which embeddings are meant, written ‹bundle›:‹generation›.</summary>
/// <param name="BundleId">The model.</param>
/// <param name="Generation">Number of the generation.</param>
internal readonly record struct GenerationName(string BundleId, long Generation)
{
    public static GenerationName Of(EmbeddingPointer pointer) => new(pointer.BundleId, pointer.Generation);

    /// <exception cref="InvalidInputException">It is not the written form.</exception>
    public static GenerationName Parse(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 2 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            ? new GenerationName(parts[0], generation)
            : throw new InvalidInputException("generations in Redis", $"'{text}'", "a bundle id, a colon and a number");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{BundleId}:{Generation}");
}
