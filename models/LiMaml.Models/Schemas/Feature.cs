using System.Text.Json.Serialization;

namespace LiMaml.Models.Schemas;

/// <summary>A fitted feature: what a prepared dataset stores for it and what the exported graphs read.</summary>
/// <param name="Name">Unique within the schema; letters, digits and underscores.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(DenseFeature), "dense")]
[JsonDerivedType(typeof(CategoricalFeature), "categorical")]
[JsonDerivedType(typeof(MultiValuedFeature), "multiValued")]
[JsonDerivedType(typeof(VectorFeature), "vector")]
public abstract record Feature([property: JsonPropertyOrder(-1)] string Name);

/// <summary>How a dense value enters the network; applied inside the graphs.</summary>
public enum DenseTransform
{
    /// <summary>As it is.</summary>
    None,

    /// <summary>(x − mean) / standardDeviation of the training rows.</summary>
    Standardise,

    /// <summary>log(1 + x), then standardised; needs x ≥ 0.</summary>
    Log1p,

    /// <summary>One 0/1 column for each boundary: 1 where x ≥ boundary.</summary>
    Bucketise,
}

/// <summary>A finite float32 number, stored raw.</summary>
/// <param name="Name">Unique within the schema.</param>
/// <param name="Transform">How the graphs transform the raw value.</param>
/// <param name="Mean">Of the training rows, after the logarithm for <see cref="DenseTransform.Log1p"/>; 0 where unused.</param>
/// <param name="StandardDeviation">Likewise; above 0, 1 where unused.</param>
/// <param name="Boundaries">Ascending; for <see cref="DenseTransform.Bucketise"/> only.</param>
public sealed record DenseFeature(
    string Name,
    DenseTransform Transform = DenseTransform.None,
    float Mean = 0f,
    float StandardDeviation = 1f,
    IReadOnlyList<float>? Boundaries = null) : Feature(Name);

/// <summary>One category, stored as an index: 0 is 'unknown', the vocabulary's i-th entry (from 0) is i + 1.</summary>
/// <param name="Name">Unique within the schema.</param>
/// <param name="Vocabulary">Distinct values of the training rows, or null where values are hashed.</param>
/// <param name="HashBuckets">Count of buckets (indices 1…HashBuckets), or null where a vocabulary is used.</param>
public sealed record CategoricalFeature(
    string Name,
    IReadOnlyList<string>? Vocabulary = null,
    int? HashBuckets = null) : Feature(Name)
{
    /// <summary>Rows an embedding table for this feature needs, 'unknown' included.</summary>
    [JsonIgnore]
    public int Size => 1 + (HashBuckets ?? Vocabulary?.Count ?? 0);
}

/// <summary>A set of categories, stored as indices without 'unknown' (0 pads in tensors and contributes nothing).</summary>
/// <param name="Name">Unique within the schema.</param>
/// <param name="Vocabulary">Distinct values of the training rows, or null where values are hashed.</param>
/// <param name="HashBuckets">Count of buckets (indices 1…HashBuckets), or null where a vocabulary is used.</param>
/// <param name="MaxValues">Most values kept for one row, at least 1; the width of the feature's tensor.</param>
public sealed record MultiValuedFeature(
    string Name,
    IReadOnlyList<string>? Vocabulary,
    int? HashBuckets,
    int MaxValues) : Feature(Name)
{
    /// <summary>Rows an embedding table for this feature needs, padding included.</summary>
    [JsonIgnore]
    public int Size => 1 + (HashBuckets ?? Vocabulary?.Count ?? 0);
}

/// <summary>An embedding from elsewhere: a fixed number of finite float32 values, used as they are.</summary>
/// <param name="Name">Unique within the schema.</param>
/// <param name="Length">At least 1.</param>
public sealed record VectorFeature(string Name, int Length) : Feature(Name);
