using LiMaml.Models;
using LiMaml.Models.Schemas;

namespace LiMaml.Runtime.Batches;

/// <summary>Whether rows prepared under one schema mean to a model what its own schema means.</summary>
internal static class SchemaMatch
{
    /// <summary>
    /// Checks the named features: the same kinds, and the same vocabularies, since rows hold indices. Transforms may
    /// differ: rows hold raw values and the graphs transform them.
    /// </summary>
    /// <exception cref="InvalidInputException">Names the first feature that differs.</exception>
    public static void Check(DatasetSchema dataset, DatasetSchema model, IEnumerable<string> features)
    {
        foreach (var name in features)
        {
            var (found, expected) = (dataset.Feature(name), model.Feature(name));
            if (!Match(found, expected))
            {
                throw new InvalidInputException(
                    $"feature '{name}' of dataset '{dataset.Name}'", Describe(found), $"{Describe(expected)}, as in the schema the model was trained with");
            }
        }
    }

    private static bool Match(Feature found, Feature expected) => (found, expected) switch
    {
        (DenseFeature, DenseFeature) => true,
        (VectorFeature a, VectorFeature b) => a.Length == b.Length,
        (CategoricalFeature a, CategoricalFeature b) => a.HashBuckets == b.HashBuckets && Same(a.Vocabulary, b.Vocabulary),
        (MultiValuedFeature a, MultiValuedFeature b) =>
            a.HashBuckets == b.HashBuckets && a.MaxValues == b.MaxValues && Same(a.Vocabulary, b.Vocabulary),
        _ => false,
    };

    private static bool Same(IReadOnlyList<string>? a, IReadOnlyList<string>? b) =>
        a is null || b is null ? a is null && b is null : a.SequenceEqual(b);

    private static string Describe(Feature feature) => feature switch
    {
        DenseFeature => "dense",
        VectorFeature vector => $"a vector of {vector.Length} numbers",
        CategoricalFeature categorical => $"categorical, {Categories(categorical.Vocabulary, categorical.HashBuckets)}",
        MultiValuedFeature multiValued => $"up to {multiValued.MaxValues} values, {Categories(multiValued.Vocabulary, multiValued.HashBuckets)}",
        _ => feature.GetType().Name,
    };

    private static string Categories(IReadOnlyList<string>? vocabulary, int? buckets) => vocabulary is null
        ? $"{buckets} hash buckets"
        : $"a vocabulary of {vocabulary.Count}{Ends(vocabulary)}";

    private static string Ends(IReadOnlyList<string> vocabulary) =>
        vocabulary.Count == 0 ? "" : $" (from '{vocabulary[0]}' to '{vocabulary[^1]}')";
}
