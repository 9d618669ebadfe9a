using LiMaml.Models.Schemas;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Evaluation;

/// <summary>Computes the figures of a report's line.</summary>
internal static class EvaluationRows
{
    /// <summary>The line of a slice over all seeds, or null where the slice has no rows.</summary>
    public static EvaluationRow? Of(string model, ScoringMode mode, ReportSlice slice, IReadOnlyList<Scores> seeds, LabelKind label)
    {
        var samples = seeds.Select(seed => slice is ReportSlice.NotAdapted ? seed.Cold : seed.All.In(SliceOf(slice))).ToList();
        if (samples.Any(sample => sample is null || sample.RowCount == 0))
        {
            return null;
        }

        return label is LabelKind.Binary ? Binary(model, mode, slice, samples!) : Real(model, mode, slice, samples!);
    }

    private static EvaluationRow Binary(string model, ScoringMode mode, ReportSlice slice, List<ScoredSamples> samples)
    {
        var metrics = samples.ConvertAll(sample => BinaryMetrics.Compute(sample));
        return new EvaluationRow(
            model,
            mode,
            slice,
            metrics[0].SampleCount,
            metrics[0].TaskCount,
            Over(metrics, metric => metric.Auc),
            Over(metrics, metric => metric.TaskAuc.Mean),
            mode is ScoringMode.Reference ? null : Over(metrics, metric => metric.LogLoss),
            mode is ScoringMode.Reference ? null : Over(metrics, metric => metric.Calibration.Ratio),
            mode is ScoringMode.Reference ? null : Over(metrics, metric => metric.Calibration.ExpectedError),
            null,
            null,
            null);
    }

    private static EvaluationRow Real(string model, ScoringMode mode, ReportSlice slice, List<ScoredSamples> samples)
    {
        var metrics = samples.ConvertAll(sample => RealMetrics.Compute(sample));
        return new EvaluationRow(
            model,
            mode,
            slice,
            metrics[0].SampleCount,
            metrics[0].TaskCount,
            null,
            null,
            null,
            null,
            null,
            Over(metrics, metric => metric.RootMeanSquaredError),
            Over(metrics, metric => metric.MeanAbsoluteError),
            null);
    }

    private static TaskSlice SliceOf(ReportSlice slice) => slice switch
    {
        ReportSlice.FewSamples => TaskSlice.FewSamples,
        ReportSlice.ManySamples => TaskSlice.ManySamples,
        _ => TaskSlice.All,
    };

    private static Summary? Over<TMetrics>(List<TMetrics> metrics, Func<TMetrics, double?> value)
    {
        var values = metrics.Select(value).OfType<double>().ToList();
        return values.Count == metrics.Count ? Summary.Of(values) : null;
    }
}
