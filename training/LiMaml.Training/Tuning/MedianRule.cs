using LiMaml.Training.Runs;

namespace LiMaml.Training.Tuning;

/// <summary>
/// Stops trials that look hopeless (Golovin et al., 2017): after an epoch, a trial whose best score so far is below the
/// median of what the trials before it had by the same epoch.
/// </summary>
internal static class MedianRule
{
    /// <summary>Trials to compare with before anything is stopped.</summary>
    public const int Least = 4;

    /// <summary>Whether to stop.</summary>
    /// <param name="best">The trial's best score so far.</param>
    /// <param name="epoch">Epochs it has behind it, from 1.</param>
    /// <param name="others">The epochs of the trials before it.</param>
    public static bool Stops(double best, int epoch, IEnumerable<IReadOnlyList<EpochMetrics>> others)
    {
        var scores = others.Where(epochs => epochs.Count >= epoch).Select(epochs => epochs.Take(epoch).Max(metrics => metrics.ValidationAuc!.Value)).Order().ToArray();
        return scores.Length >= Least && best < (scores[(scores.Length - 1) / 2] + scores[scores.Length / 2]) / 2;
    }
}
