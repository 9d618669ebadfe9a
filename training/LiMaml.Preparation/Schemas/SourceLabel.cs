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
}
