using LiMaml.Models;

namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>
/// Area under the ROC curve: the probability that a random positive sample scores higher than a random negative one,
/// a tie counting half. Exact, in O(n log n).
/// </summary>
public static class Auc
{
    /// <summary>The area, in [0, 1], or null where one of the classes is absent (or has no weight).</summary>
    /// <param name="scores">Not NaN; only their order counts, so logits and probabilities do equally well.</param>
    /// <param name="labels">0 or 1, one for each score.</param>
    /// <param name="weights">How much each sample counts, finite, 0 or more; empty for 1 everywhere.</param>
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    /// <exception cref="InvalidInputException">A value is outside its range.</exception>
    public static double? Compute(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights = default)
    {
        Columns.Check(scores, labels, weights);
        Columns.CheckBinary(labels);

        var order = Columns.Order(scores);
        double negatives = 0, positives = 0, ordered = 0;
        for (int start = 0, end; start < order.Length; start = end)
        {
            end = Columns.EndOfTie(scores, order, start);
            double tiedNegatives = 0, tiedPositives = 0;
            foreach (var row in order.AsSpan(start, end - start))
            {
                var weight = Columns.WeightOf(weights, row);
                tiedPositives += labels[row] == 1 ? weight : 0;
                tiedNegatives += labels[row] == 0 ? weight : 0;
            }

            ordered += tiedPositives * (negatives + tiedNegatives / 2);
            negatives += tiedNegatives;
            positives += tiedPositives;
        }

        return negatives > 0 && positives > 0 ? ordered / (negatives * positives) : null;
    }
}
