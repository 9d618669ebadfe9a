namespace LiMaml.Models.Schemas;

/// <summary>What binary and graded labels have in common: they are from 0 to 1.</summary>
public static class Grades
{
    /// <summary>Labels of at least this are positive.</summary>
    public const float Positive = 0.5f;

    /// <summary>1 for each positive label, 0 for the others.</summary>
    public static float[] Positives(float[] labels) => Array.ConvertAll(labels, label => label >= Positive ? 1f : 0f);

    /// <summary>Whether a label is of the kind: 0 or 1, from 0 to 1, or finite.</summary>
    public static bool IsLabel(this LabelKind kind, float label) => kind switch
    {
        LabelKind.Binary => label is 0 or 1,
        LabelKind.Graded => label is >= 0 and <= 1,
        _ => float.IsFinite(label),
    };

    /// <summary>What <see cref="IsLabel"/> accepts, in words.</summary>
    public static string Expected(this LabelKind kind) => kind switch
    {
        LabelKind.Binary => "0 or 1",
        LabelKind.Graded => "0 to 1",
        _ => "a finite number",
    };
}
