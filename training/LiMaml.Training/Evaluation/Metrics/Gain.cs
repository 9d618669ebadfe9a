namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>How tables of the paper compare models (§6): relative to vanilla training without fine-tuning.</summary>
public static class Gain
{
    /// <summary>(value − baseline) / baseline, 0.01 for one per cent more; null where either is missing or the baseline is 0.</summary>
    /// <param name="value">A metric of the model.</param>
    /// <param name="baseline">The same metric of the model it is compared with.</param>
    public static double? Relative(double? value, double? baseline) =>
        baseline is { } from && from != 0 ? (value - from) / from : null;
}
