using System.Text.Json.Serialization;
using LiMaml.Models.Schemas;

namespace LiMaml.Preparation.Schemas;

/// <summary>A feature read from a column.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SourceDenseFeature), "dense")]
[JsonDerivedType(typeof(SourceCategoricalFeature), "categorical")]
[JsonDerivedType(typeof(SourceMultiValuedFeature), "multiValued")]
[JsonDerivedType(typeof(SourceVectorFeature), "vector")]
public abstract record SourceFeature
{
    /// <summary>Its name in the dataset: ASCII letters, digits, underscores.</summary>
    public required string Name { get; init; }

    /// <summary>The column it is read from; null where the column has the feature's name.</summary>
    public string? Column { get; init; }
}

/// <summary>A number.</summary>
public sealed record SourceDenseFeature : SourceFeature
{
    /// <summary>How the graphs transform the raw value; fitted on training rows.</summary>
    public DenseTransform Transform { get; init; } = DenseTransform.Standardise;

    /// <summary>Bucketise only: number of buckets, at least 2; their boundaries are quantiles of the training rows, equal ones merged.</summary>
    public int? Buckets { get; init; }

    /// <summary>Value of empty cells and of interactions that a joined table has no row for; null makes them an error.</summary>
    public double? Missing { get; init; }
}

/// <summary>One category.</summary>
public sealed record SourceCategoricalFeature : SourceFeature
{
    /// <summary>Null learns a vocabulary from the training rows; otherwise values are hashed into this many buckets.</summary>
    public int? HashBuckets { get; init; }

    /// <summary>Training rows a value must occur in to enter the vocabulary.</summary>
    public int MinimumCount { get; init; } = 1;

    /// <summary>Most entries of the vocabulary, the most frequent first; null sets no limit.</summary>
    public int? MaxVocabulary { get; init; }

    /// <summary>Category of empty cells and of interactions that a joined table has no row for ("" is 'unknown'); null makes them an error.</summary>
    public string? Missing { get; init; }
}

/// <summary>A list of categories; an empty cell is an empty list.</summary>
public sealed record SourceMultiValuedFeature : SourceFeature
{
    /// <summary>Between the values of a cell; Parquet lists need none. White space around values is dropped.</summary>
    public string Separator { get; init; } = "|";

    /// <summary>Null learns a vocabulary from the training rows; otherwise values are hashed into this many buckets.</summary>
    public int? HashBuckets { get; init; }

    /// <summary>Training rows a value must occur in to enter the vocabulary.</summary>
    public int MinimumCount { get; init; } = 1;

    /// <summary>Most entries of the vocabulary, the most frequent first; null sets no limit.</summary>
    public int? MaxVocabulary { get; init; }

    /// <summary>Most values kept for one row, the first ones; null takes the longest list of the training rows.</summary>
    public int? MaxValues { get; init; }
}

/// <summary>A fixed number of numbers.</summary>
public sealed record SourceVectorFeature : SourceFeature
{
    /// <summary>How many, at least 1.</summary>
    public required int Length { get; init; }

    /// <summary>Between the numbers of a cell; Parquet lists need none.</summary>
    public string Separator { get; init; } = " ";

    /// <summary>Every number of empty cells and of interactions that a joined table has no row for; null makes them an error.</summary>
    public double? Missing { get; init; }
}
