using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Evaluation;

/// <summary>
/// 95 % intervals of AUC gains by a paired bootstrap over tasks: a task is drawn with all of its rows, since they are alike,
/// and the model and the baseline are judged on the same draws. Over several seeds, the mean of their AUC.
/// </summary>
/// <param name="baseline">What gains are relative to.</param>
/// <param name="draws">Resamples, at least 1.</param>
internal sealed class GainBootstrap(ScoredLine baseline, int draws)
{
    private const double Outside = 0.025;
    private readonly Dictionary<ReportSlice, double[]?> starts = [];

    /// <summary>The interval of a line's gain; null where an AUC is missing.</summary>
    public GainInterval? Interval(ScoredLine line, ReportSlice slice)
    {
        if (!starts.TryGetValue(slice, out var start))
        {
            starts[slice] = start = MeanAucs(baseline.In(slice));
        }

        if (start is null || MeanAucs(line.In(slice)) is not { } aucs)
        {
            return null;
        }

        var gains = aucs.Zip(start, (auc, from) => (auc - from) / from).Where(double.IsFinite).Order().ToArray();
        return gains.Length == 0 ? null : new GainInterval(gains[(int)(Outside * gains.Length)], gains[gains.Length - 1 - (int)(Outside * gains.Length)]);
    }

    private double[]? MeanAucs(IReadOnlyList<ScoredSamples>? seeds)
    {
        var aucs = seeds?.Select(seed => AucResamples.Compute(seed, draws)).ToList();
        return aucs is null ? null : [.. Enumerable.Range(0, draws).Select(draw => aucs.Average(seed => seed[draw]))];
    }
}
