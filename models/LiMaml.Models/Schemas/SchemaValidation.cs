using System.Globalization;
using LiMaml.Models.Json;

namespace LiMaml.Models.Schemas;

/// <summary>What a <see cref="DatasetSchema"/> must satisfy beyond being well-formed JSON.</summary>
public static class SchemaValidation
{
    /// <summary>Longest name of a feature or task definition, in characters.</summary>
    public const int MaxNameLength = 128;

    /// <summary>Most categories of a feature, hash buckets included.</summary>
    public const int MaxCategories = 1 << 30;

    /// <summary>Names that features may not have: the dataset's other columns and the graphs' joint inputs.</summary>
    public static IReadOnlyList<string> ReservedFeatureNames { get; } = ["key", "timestamp", "label", "weight", "row", "event_id", "dense", "categorical", "meta_embedding"];

    /// <summary>Reads and checks a <c>schema.json</c>.</summary>
    /// <exception cref="InvalidInputException">It is missing, malformed or inconsistent.</exception>
    public static DatasetSchema Read(string path)
    {
        var schema = ContractJson.Read<DatasetSchema>(path);
        Validate(schema, path);
        return schema;
    }

    /// <summary>Checks <paramref name="schema"/>.</summary>
    /// <param name="schema">What to check.</param>
    /// <param name="where">Where it came from, for messages.</param>
    /// <exception cref="InvalidInputException">The first fault found: path, value, and what would be accepted.</exception>
    public static void Validate(DatasetSchema schema, string where)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Expect.That(schema.FormatVersion == DatasetSchema.CurrentFormatVersion, $"{where}: formatVersion", schema.FormatVersion, $"{DatasetSchema.CurrentFormatVersion}");
        Expect.That(!string.IsNullOrWhiteSpace(schema.Name), $"{where}: name", "an empty name", "what people call the dataset");
        Expect.Unique(schema.Features.Select(feature => feature.Name), StringComparer.OrdinalIgnoreCase, $"{where}: features");
        for (var index = 0; index < schema.Features.Count; index++)
        {
            ValidateFeature(schema.Features[index], string.Create(CultureInfo.InvariantCulture, $"{where}: features[{index}]"));
        }

        Expect.That(schema.Tasks.Count > 0, $"{where}: tasks", "none", "at least one task definition");
        Expect.Unique(schema.Tasks.Select(task => task.Name), StringComparer.OrdinalIgnoreCase, $"{where}: tasks");
        for (var index = 0; index < schema.Tasks.Count; index++)
        {
            ValidateTask(schema.Tasks[index], schema, string.Create(CultureInfo.InvariantCulture, $"{where}: tasks[{index}]"));
        }
    }

    private static void ValidateFeature(Feature feature, string where)
    {
        Expect.Name(feature.Name, $"{where}.name");
        Expect.That(!ReservedFeatureNames.Contains(feature.Name, StringComparer.OrdinalIgnoreCase), $"{where}.name", $"'{feature.Name}'", $"a name other than {string.Join(", ", ReservedFeatureNames)}");
        where = $"{where} '{feature.Name}'";
        switch (feature)
        {
            case DenseFeature dense:
                ValidateDense(dense, where);
                break;
            case CategoricalFeature categorical:
                ValidateCategories(categorical.Vocabulary, categorical.HashBuckets, where);
                break;
            case MultiValuedFeature multiValued:
                ValidateInputName(multiValued.Name, where);
                ValidateCategories(multiValued.Vocabulary, multiValued.HashBuckets, where);
                Expect.InRange(multiValued.MaxValues, 1, 1 << 16, $"{where}.maxValues");
                break;
            case VectorFeature vector:
                ValidateInputName(vector.Name, where);
                Expect.InRange(vector.Length, 1, 1 << 20, $"{where}.length");
                break;
        }
    }

    private static void ValidateDense(DenseFeature dense, string where)
    {
        Expect.That(float.IsFinite(dense.Mean), $"{where}.mean", dense.Mean, "a finite number");
        Expect.That(float.IsFinite(dense.StandardDeviation) && dense.StandardDeviation > 0, $"{where}.standardDeviation", dense.StandardDeviation, "a finite number above 0");
        if (dense.Transform != DenseTransform.Bucketise)
        {
            Expect.That(dense.Boundaries is null, $"{where}.boundaries", $"{dense.Boundaries?.Count} numbers", "none unless transform is bucketise");
            return;
        }

        Expect.That(dense.Boundaries is { Count: > 0 }, $"{where}.boundaries", "none", "at least one number for bucketise");
        var previous = float.NegativeInfinity;
        foreach (var boundary in dense.Boundaries!)
        {
            Expect.That(float.IsFinite(boundary) && boundary > previous, $"{where}.boundaries", boundary, string.Create(CultureInfo.InvariantCulture, $"finite numbers, each above the one before ({previous})"));
            previous = boundary;
        }
    }

    private static void ValidateCategories(IReadOnlyList<string>? vocabulary, int? hashBuckets, string where)
    {
        Expect.That(vocabulary is null != hashBuckets is null, where, vocabulary is null ? "neither vocabulary nor hashBuckets" : "both vocabulary and hashBuckets", "one of them");
        if (hashBuckets is { } buckets)
        {
            Expect.InRange(buckets, 1, MaxCategories, $"{where}.hashBuckets");
            return;
        }

        Expect.That(vocabulary!.Count <= MaxCategories, $"{where}.vocabulary", vocabulary.Count, $"at most {MaxCategories} entries");
        Expect.That(!vocabulary.Contains(""), $"{where}.vocabulary", "an empty entry", "entries of at least one character (an empty value is 'unknown')");
        Expect.Unique(vocabulary, StringComparer.Ordinal, $"{where}.vocabulary");
    }

    // The adapt graph names its inputs support_<input> and support_meta_<input>: 'meta_x' beside 'x' would be ambiguous.
    private static void ValidateInputName(string name, string where) =>
        Expect.That(!name.StartsWith("meta_", StringComparison.OrdinalIgnoreCase), $"{where}.name", $"'{name}'", "a name that does not begin with meta_, which graph inputs use");

    private static void ValidateTask(TaskDefinition task, DatasetSchema schema, string where)
    {
        Expect.Name(task.Name, $"{where}.name");
        where = $"{where} '{task.Name}'";
        Expect.That(task.Keys.Count > 0, $"{where}.keys", "none", "at least one key column");
        Expect.That(!task.Keys.Any(string.IsNullOrWhiteSpace), $"{where}.keys", "an empty name", "names of columns");
        Expect.Unique(task.Keys, StringComparer.Ordinal, $"{where}.keys");
        Expect.KnownFeatures(task.MetaFeatures, schema, $"{where}.metaFeatures");
    }
}
