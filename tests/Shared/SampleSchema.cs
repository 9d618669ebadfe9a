using LiMaml.Models.Schemas;

namespace LiMaml.Tests;

/// <summary>A schema that has every kind of feature, and two task definitions.</summary>
internal static class SampleSchema
{
    public static DatasetSchema Binary { get; } = new(
        DatasetSchema.CurrentFormatVersion,
        "sample",
        LabelKind.Binary,
        [
            new DenseFeature("age", DenseTransform.Standardise, 30, 12),
            new DenseFeature("visits", DenseTransform.Log1p, 2, 1.5f),
            new DenseFeature("raw"),
            new DenseFeature("hour", DenseTransform.Bucketise, Boundaries: [6, 12, 18]),
            new CategoricalFeature("member", HashBuckets: 6),
            new CategoricalFeature("city", ["a", "b", "c"]),
            new CategoricalFeature("item", HashBuckets: 7),
            new MultiValuedFeature("genres", ["x", "y", "z"], null, 4),
            new VectorFeature("taste", 5),
        ],
        [new TaskDefinition("member", ["member"], ["age", "city"]), new TaskDefinition("item", ["item"], ["genres", "raw"])]);

    /// <summary>The same for models of the given label.</summary>
    public static DatasetSchema Of(LabelKind label) => Binary with { Label = label };
}
