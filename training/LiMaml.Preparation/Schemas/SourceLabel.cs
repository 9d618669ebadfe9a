using LiMaml.Models.Schemas;

namespace LiMaml.Preparation.Schemas;

/// <summary>The label column.</summary>
public sealed record SourceLabel
{
    /// <summary>Its name.</summary>
    public required string Column { get; init; }

    /// <summary>Binary labels must be 0 or 1 unless <see cref="Threshold"/> or <see cref="Above"/> makes them so.</summary>
    public LabelKind Kind { get; init; } = LabelKind.Binary;

    /// <summary>The label is 1 where the value is at least this; binary only.</summary>
    public double? Threshold { get; init; }

    /// <summary>The label is 1 where the value is greater than this; binary only, not together with <see cref="Threshold"/>.</summary>
    public double? Above { get; init; }

    /// <summary>
    /// Grades of some values, by ascending value; between two the grade is interpolated, outside it is that of the nearest. Graded only;
    /// null where the column holds grades from 0 to 1 already.
    /// </summary>
    public IReadOnlyList<GradedValue>? Grades { get; init; }
}

/// <summary>How positive a value of the label column is.</summary>
/// <param name="Value">The value, finite.</param>
/// <param name="Grade">From 0 to 1; at least ½ is positive.</param>
public sealed record GradedValue(double Value, double Grade);
