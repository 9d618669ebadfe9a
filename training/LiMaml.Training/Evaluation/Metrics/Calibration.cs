using LiMaml.Models;

namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>One of the bins that samples are sorted into by predicted probability.</summary>
/// <param name="SampleCount">Samples in the bin.</param>
/// <param name="Weight">Their total weight, above 0.</param>
/// <param name="Predicted">Mean predicted probability.</param>
/// <param name="Observed">Mean label.</param>
public sealed record CalibrationBin(int SampleCount, double Weight, double Predicted, double Observed);

/// <summary>Whether predicted probabilities are what happens.</summary>
/// <param name="Ratio">The labels' sum to the predictions' sum: 1 is right, above 1 too low predictions; null without samples.</param>
/// <param name="ExpectedError">Mean over the samples of |observed − predicted| of their bin, in [0, 1]; null without samples.</param>
/// <param name="Bins">By ascending probability, with equally many samples each (±1); fewer where samples are few, and none without weight.</param>
public sealed record Calibration(double? Ratio, double? ExpectedError, IReadOnlyList<CalibrationBin> Bins)
{
    /// <summary>Bins that samples are sorted into, where there are that many samples.</summary>
    public const int MaximumBinCount = 10;

    /// <summary>Computes it from logits. Samples of equal logit share their labels evenly, so row order does not matter.</summary>
    /// <param name="logits">Not NaN.</param>
    /// <param name="labels">0 to 1, one for each logit.</param>
    /// <param name="weights">How much each sample counts, finite, 0 or more; empty for 1 everywhere.</param>
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    /// <exception cref="InvalidInputException">A value is outside its range.</exception>
    public static Calibration Compute(ReadOnlySpan<float> logits, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights = default)
    {
        Columns.Check(logits, labels, weights);
        Columns.CheckGrades(labels);

        var sums = SumsByBin(logits, labels, weights);
        var bins = sums.Where(bin => bin.Weight > 0)
            .Select(bin => new CalibrationBin(bin.Count, bin.Weight, bin.Predicted / bin.Weight, bin.Observed / bin.Weight)).ToArray();
        double weight = sums.Sum(bin => bin.Weight), predicted = sums.Sum(bin => bin.Predicted), observed = sums.Sum(bin => bin.Observed);
        return new Calibration(
            predicted > 0 ? observed / predicted : null,
            weight > 0 ? bins.Sum(bin => bin.Weight * Math.Abs(bin.Observed - bin.Predicted)) / weight : null,
            bins);
    }

    private static Sums[] SumsByBin(ReadOnlySpan<float> logits, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights)
    {
        var order = Columns.Order(logits);
        var bins = new Sums[Math.Min(MaximumBinCount, order.Length)];
        for (int start = 0, end; start < order.Length; start = end)
        {
            end = Columns.EndOfTie(logits, order, start);
            double weight = 0, observed = 0;
            foreach (var row in order.AsSpan(start, end - start))
            {
                weight += Columns.WeightOf(weights, row);
                observed += Columns.WeightOf(weights, row) * labels[row];
            }

            var count = end - start;
            var probability = 1 / (1 + Math.Exp(-(double)logits[order[start]]));
            for (var rank = start; rank < end; rank++)
            {
                ref var bin = ref bins[(long)rank * bins.Length / order.Length];
                bin.Count++;
                bin.Weight += weight / count;
                bin.Predicted += weight / count * probability;
                bin.Observed += observed / count;
            }
        }

        return bins;
    }

    private struct Sums
    {
        internal int Count;
        internal double Weight;
        internal double Predicted;
        internal double Observed;
    }
}
