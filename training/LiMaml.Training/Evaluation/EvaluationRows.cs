using LiMaml.Models.Schemas;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Evaluation;

/// <summary>Computes the figures of a report's lines.</summary>
internal static class EvaluationRows
{
    /// <summary>A row for each line and slice that has test rows.</summary>
    /// <param name="lines">What was scored.</param>
    /// <param name="baseline">The line that gains are relative to, one of <paramref name="lines"/>.</param>
    /// <param name="label">Its kind.</param>
    /// <param name="bootstrapDraws">Resamples for the intervals of gains, 0 for none.</param>
    public static IReadOnlyList<EvaluationRow> Of(IReadOnlyList<ScoredLine> lines, ScoredLine baseline, LabelKind label, int bootstrapDraws)
    {
        var gains = label is not LabelKind.Real && bootstrapDraws > 0 ? new GainBootstrap(baseline, bootstrapDraws) : null;
        var rows = lines.SelectMany(line => Enum.GetValues<ReportSlice>()
            .Where(slice => line.In(slice) is not null)
            .Select(slice => (Line: line, Row: label is not LabelKind.Real ? Binary(line, slice, line.In(slice)!) : Real(line, slice, line.In(slice)!)))).ToList();
        var starts = rows.Where(row => row.Line == baseline).ToDictionary(row => row.Row.Slice, row => row.Row.Auc?.Mean);
        return [.. rows.Select(row => row.Row with
        {
            Gain = Gain.Relative(row.Row.Auc?.Mean, starts.GetValueOrDefault(row.Row.Slice)),
            Interval = row.Line == baseline ? null : gains?.Interval(row.Line, row.Row.Slice),
        })];
    }

    private static EvaluationRow Binary(ScoredLine line, ReportSlice slice, IReadOnlyList<ScoredSamples> samples)
    {
        var metrics = samples.Select(sample => BinaryMetrics.Compute(sample)).ToList();
        var areLogits = line.Mode is not ScoringMode.Reference;
        return new EvaluationRow(
            line.Model,
            line.Mode,
            slice,
            metrics[0].SampleCount,
            metrics[0].TaskCount,
            Over(metrics, metric => metric.Auc),
            Over(metrics, metric => metric.TaskAuc.Mean),
            areLogits ? Over(metrics, metric => metric.LogLoss) : null,
            areLogits ? Over(metrics, metric => metric.Calibration.Ratio) : null,
            areLogits ? Over(metrics, metric => metric.Calibration.ExpectedError) : null,
            null,
            null,
            null,
            line.Variant);
    }

    private static EvaluationRow Real(ScoredLine line, ReportSlice slice, IReadOnlyList<ScoredSamples> samples)
    {
        var metrics = samples.Select(sample => RealMetrics.Compute(sample)).ToList();
        return new EvaluationRow(
            line.Model,
            line.Mode,
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
            null,
            line.Variant);
    }

    private static Summary? Over<TMetrics>(List<TMetrics> metrics, Func<TMetrics, double?> value)
    {
        var values = metrics.Select(value).OfType<double>().ToList();
        return values.Count == metrics.Count ? Summary.Of(values) : null;
    }
}
