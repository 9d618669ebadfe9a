using LiMaml.Models.Schemas;

namespace LiMaml.Preparation.Schemas;

/// <summary>Statistics of the interactions of the same key strictly before a row's own time; n is their number, Σy the sum of their labels.</summary>
public enum HistoryStatistic
{
    /// <summary>n.</summary>
    Count,

    /// <summary>(Σy + s·p) / (n + s), s the smoothing and p the mean label of all interactions strictly before (½ where there are none).</summary>
    Rate,

    /// <summary>ln((Σy + s·p) / (n − Σy + s·(1 − p))), p held within [0.001, 0.999]; binary labels only.</summary>
    LogOdds,

    /// <summary>Seconds since the latest of them; <see cref="HistoryFeature.NeverSeconds"/> where there are none.</summary>
    Recency,
}

/// <summary>Which of the interactions strictly before a row's time a history feature sees.</summary>
public enum HistoryScope
{
    /// <summary>All: what a feature store that is never behind would say.</summary>
    EarlierRows,

    /// <summary>
    /// A test row sees training and validation rows, any other row training rows: no label of a split enters that split's evaluation, so the
    /// feature is as fresh as what is trained, or adapted, on the splits before.
    /// </summary>
    EarlierSplits,
}

/// <summary>A dense feature computed from the interactions strictly before a row's own time; rows of the same moment do not see each other.</summary>
public sealed record HistoryFeature
{
    /// <summary>The recency of what never happened before: ten years.</summary>
    public const double NeverSeconds = 315_360_000;

    /// <summary>Its name in the dataset: ASCII letters, digits, underscores.</summary>
    public required string Name { get; init; }

    /// <summary>Which statistic.</summary>
    public required HistoryStatistic Of { get; init; }

    /// <summary>The key columns; at least one. Empty cells count as one more value.</summary>
    public required IReadOnlyList<string> By { get; init; }

    /// <summary>
    /// Name of a categorical or multi-valued feature, or null: the statistic is then taken of (key, value) for each of the row's
    /// values, and the feature is their mean (p for a rate, its log odds, 0 or never, for a row without values).
    /// </summary>
    public string? PerValueOf { get; init; }

    /// <summary>Which earlier interactions count.</summary>
    public HistoryScope Sees { get; init; } = HistoryScope.EarlierRows;

    /// <summary>s, a pseudo-count above 0; for rates and log odds.</summary>
    public double Smoothing { get; init; } = 10;

    /// <summary>How the graphs transform it; null takes log1p for counts and recencies, standardise for rates and log odds.</summary>
    public DenseTransform? Transform { get; init; }

    /// <summary>Bucketise only: number of buckets, at least 2.</summary>
    public int? Buckets { get; init; }
}
