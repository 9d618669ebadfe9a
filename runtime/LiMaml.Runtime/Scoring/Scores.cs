namespace LiMaml.Runtime.Scoring;

/// <summary>What the global block says of some rows, in their order.</summary>
/// <param name="Logits">For binary and graded labels, float32 [rows]; null for real ones.</param>
/// <param name="Predictions">The probability of label 1 or the grade expected, in [0, 1]; the label expected for real ones. [rows].</param>
public sealed record Scores(float[]? Logits, float[] Predictions);
