using LiMaml.Models;

namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>
/// The mean of the tasks' own AUC values, each task counting once. Unlike pooled AUC it gains nothing from knowing which
/// tasks say yes more often.
/// </summary>
/// <param name="Mean">In [0, 1]; null where no task has both labels.</param>
/// <param name="TaskCount">Tasks with both labels: those in the mean.</param>
/// <param name="LeftOutCount">Tasks with one label only, which have no AUC.</param>
public sealed record TaskAuc(double? Mean, int TaskCount, int LeftOutCount)
{
    /// <summary>Computes it; grades of at least ½ are positive.</summary>
    /// <exception cref="InvalidInputException">A label is outside 0 to 1.</exception>
    public static TaskAuc Compute(ScoredSamples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Columns.CheckGrades(samples.Labels);

        double sum = 0;
        int tasks = 0, leftOut = 0;
        foreach (var task in samples.ByTask())
        {
            if (Auc.Compute(task.Scores, task.Positives, task.Weights) is { } auc)
            {
                sum += auc;
                tasks++;
            }
            else
            {
                leftOut++;
            }
        }

        return new TaskAuc(tasks > 0 ? sum / tasks : null, tasks, leftOut);
    }
}
