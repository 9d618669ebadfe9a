namespace LiMaml.Models.Datasets;

/// <summary>The three partitions of a dataset, in the order of time.</summary>
public enum Split
{
    /// <summary>Rows a model learns from.</summary>
    Train,

    /// <summary>Rows for early stopping and tuning, and support set at the final evaluation.</summary>
    Validation,

    /// <summary>Rows for the final evaluation only.</summary>
    Test,
}

/// <summary>Rows of whole tasks, column by column, sorted by (task key, timestamp, row); see <see cref="TaskKey"/>.</summary>
public sealed record RowGroup
{
    /// <summary>Task keys (<see cref="TaskKey"/> form), one for each row.</summary>
    public required string[] Keys { get; init; }

    /// <summary>Event times in microseconds since 1970-01-01 UTC.</summary>
    public required long[] Timestamps { get; init; }

    /// <summary>0 or 1 for binary labels, 0 to 1 for graded ones, finite for real ones.</summary>
    public required float[] Labels { get; init; }

    /// <summary>Finite, 0 or more; 1 where the data has no weights.</summary>
    public required float[] Weights { get; init; }

    /// <summary>The row's number in the whole dataset, by (timestamp, order in the source): the same in every task definition's copy.</summary>
    public required long[] Rows { get; init; }

    /// <summary>Event ids, or null where the data has none.</summary>
    public string[]? EventIds { get; init; }

    /// <summary>One column for each feature of the schema that was asked for.</summary>
    public required IReadOnlyDictionary<string, FeatureColumn> Columns { get; init; }

    /// <summary>Number of rows; every column has that many.</summary>
    public int RowCount => Keys.Length;
}

/// <summary>The values of one feature for the rows of a <see cref="RowGroup"/>.</summary>
public abstract record FeatureColumn;

/// <summary>Raw values of a dense feature.</summary>
/// <param name="Values">One a row, finite.</param>
public sealed record DenseColumn(float[] Values) : FeatureColumn;

/// <summary>Indices of a categorical feature.</summary>
/// <param name="Indices">One a row, in [0, size).</param>
public sealed record CategoricalColumn(int[] Indices) : FeatureColumn;

/// <summary>Indices of a multi-valued feature.</summary>
/// <param name="Offsets">rows + 1 positions in <paramref name="Indices"/>.</param>
/// <param name="Indices">In [1, size), at most MaxValues a row.</param>
public sealed record MultiValuedColumn(int[] Offsets, int[] Indices) : FeatureColumn;

/// <summary>Values of a vector feature.</summary>
/// <param name="Values">rows × <paramref name="Length"/>, row by row, finite.</param>
/// <param name="Length">Numbers a row.</param>
public sealed record VectorColumn(float[] Values, int Length) : FeatureColumn;
