using LiMaml.Models;

namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>Mean cross-entropy of logits against binary or graded labels, in nats (paper, Equation 1 with its minus sign).</summary>
public static class LogLoss
{
    /// <summary>
    /// Logits are clamped to ±this, and probabilities so to [1.1e-7, 1 − 1.1e-7]: a sample costs at most 16 nats, not infinitely many.
    /// </summary>
    public const double MaximumLogit = 16;

    /// <summary>The weighted mean, or null where there is no weight at all.</summary>
    /// <param name="logits">Not NaN.</param>
    /// <param name="labels">0 to 1, one for each logit.</param>
    /// <param name="weights">How much each sample counts, finite, 0 or more; empty for 1 everywhere.</param>
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    /// <exception cref="InvalidInputException">A value is outside its range.</exception>
    public static double? Compute(ReadOnlySpan<float> logits, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights = default)
    {
        Columns.Check(logits, labels, weights);
        Columns.CheckGrades(labels);

        double sum = 0, total = 0;
        for (var row = 0; row < logits.Length; row++)
        {
            var weight = Columns.WeightOf(weights, row);
            var logit = Math.Clamp((double)logits[row], -MaximumLogit, MaximumLogit);
            // −log σ(z) as far as the label is positive, −log(1 − σ(z)) = −log σ(−z) as far as it is negative.
            sum += weight * ((labels[row] * Math.Log(1 + Math.Exp(-logit))) + ((1 - labels[row]) * Math.Log(1 + Math.Exp(logit))));
            total += weight;
        }

        return total > 0 ? sum / total : null;
    }
}
