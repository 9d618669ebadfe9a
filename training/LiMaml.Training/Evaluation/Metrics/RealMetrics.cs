using LiMaml.Models;

namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>How close predictions come to real labels, in the label's unit.</summary>
/// <param name="SampleCount">Samples evaluated, may be 0.</param>
/// <param name="TaskCount">Tasks they belong to.</param>
/// <param name="RootMeanSquaredError">Weighted; null without samples.</param>
/// <param name="MeanAbsoluteError">Weighted; null without samples.</param>
public sealed record RealMetrics(int SampleCount, int TaskCount, double? RootMeanSquaredError, double? MeanAbsoluteError)
{
    /// <summary>Computes all of them for the tasks in <paramref name="slice"/>.</summary>
    /// <exception cref="InvalidInputException">A prediction is infinite.</exception>
    public static RealMetrics Compute(ScoredSamples samples, TaskSlice slice = TaskSlice.All)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Columns.CheckFinite(samples.Scores);
        var chosen = samples.In(slice);
        double weight = 0, squared = 0, absolute = 0;
        for (var row = 0; row < chosen.RowCount; row++)
        {
            var error = (double)chosen.Scores[row] - chosen.Labels[row];
            var rowWeight = Columns.WeightOf(chosen.Weights, row);
            weight += rowWeight;
            squared += rowWeight * error * error;
            absolute += rowWeight * Math.Abs(error);
        }

        return new RealMetrics(
            chosen.RowCount,
            chosen.Tasks.Distinct().Count(),
            weight > 0 ? Math.Sqrt(squared / weight) : null,
            weight > 0 ? absolute / weight : null);
    }
}
