using LiMaml.Models;

namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>How well logits foretell binary or graded labels.</summary>
/// <param name="SampleCount">Samples evaluated, may be 0.</param>
/// <param name="TaskCount">Tasks they belong to.</param>
/// <param name="Auc">Over all samples together; grades of at least ½ are positive; null where one class is absent.</param>
/// <param name="TaskAuc">The mean over tasks.</param>
/// <param name="LogLoss">In nats; null without samples.</param>
/// <param name="Calibration">Predicted against observed.</param>
public sealed record BinaryMetrics(int SampleCount, int TaskCount, double? Auc, TaskAuc TaskAuc, double? LogLoss, Calibration Calibration)
{
    /// <summary>Computes all of them for the tasks in <paramref name="slice"/>.</summary>
    /// <exception cref="InvalidInputException">A label is outside 0 to 1.</exception>
    public static BinaryMetrics Compute(ScoredSamples samples, TaskSlice slice = TaskSlice.All)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var chosen = samples.In(slice);
        var taskAuc = TaskAuc.Compute(chosen);
        return new BinaryMetrics(
            chosen.RowCount,
            taskAuc.TaskCount + taskAuc.LeftOutCount,
            Metrics.Auc.Compute(chosen.Scores, chosen.Positives, chosen.Weights),
            taskAuc,
            Metrics.LogLoss.Compute(chosen.Scores, chosen.Labels, chosen.Weights),
            Calibration.Compute(chosen.Scores, chosen.Labels, chosen.Weights));
    }
}
