using System.Globalization;
using LiMaml.Cli.Reports;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Evaluation.Metrics;
using LiMaml.Training.Experiments;

namespace LiMaml.Cli.Experiments;

/// <summary>The plots of an experiment's report.</summary>
/// <param name="experiment">What is drawn.</param>
/// <param name="report">What was found.</param>
internal sealed class ExperimentCharts(Experiment experiment, ExperimentReport report)
{
    private const double ModeDistance = 0.12;

    /// <summary>By file name; a plot without a single value is left out.</summary>
    public IReadOnlyDictionary<string, Chart> All => experiment.Figures.Select(figure => (figure, Chart: Draw(figure)))
        .Where(drawn => drawn.Chart.Series.Count > 0)
        .ToDictionary(drawn => drawn.figure.Name + ".png", drawn => drawn.Chart);

    private Chart Draw(ExperimentFigure figure)
    {
        var variants = report.Training.Where(variant => figure.XLabel is null || variant.X is not null).ToList();
        double X(VariantTraining variant) => figure.XLabel is null ? variants.IndexOf(variant) : figure.IsLogarithmic ? Math.Log10(variant.X!.Value) : variant.X!.Value;
        var modes = figure.Measure is FigureMeasure.TrainingTime ? [ScoringMode.NoFineTuning] : figure.Modes;
        var series = modes.Select((mode, index) => new ChartSeries(
            figure.Measure is FigureMeasure.TrainingTime ? "training" : EvaluationReport.Text(mode),
            [
                .. variants.Select(variant => (variant, Value: Value(figure, variant, mode))).Where(entry => entry.Value is not null)
                    .Select(entry => new ChartPoint(X(entry.variant) + (figure.XLabel is null ? (index - ((modes.Count - 1) / 2.0)) * ModeDistance : 0), entry.Value!.Value.Mean, entry.Value.Value.Deviation)),
            ],
            IsConnected: figure.XLabel is not null)).Where(entry => entry.Points.Count > 0).ToList();
        return new Chart($"{figure.Title} — {report.Evaluations[0].Dataset}", figure.XLabel, Label(figure), series, [.. variants.Select(variant => (X(variant), Tick(figure, variant)))]) { Level = Level(figure) };
    }

    /// <summary>Vanilla training without fine-tuning, drawn across.</summary>
    private (double Y, string Name)? Level(ExperimentFigure figure)
    {
        if (figure.Measure is FigureMeasure.TrainingTime)
        {
            return figure.XLabel is null ? null : report.Training.Where(variant => variant.X is null).Select(variant => ((double, string)?)(variant.EpochSeconds.Mean, variant.Name)).FirstOrDefault();
        }

        var baselines = report.Evaluations.Select(evaluation => Measure(figure, evaluation, evaluation.Baseline, ScoringMode.NoFineTuning)).OfType<(double Mean, double?)>().Select(value => value.Mean).Distinct().ToList();
        return baselines is [var only] ? (only, "baseline") : null;
    }

    private (double Mean, double? Deviation)? Value(ExperimentFigure figure, VariantTraining variant, ScoringMode mode) => figure.Measure is FigureMeasure.TrainingTime
        ? (variant.EpochSeconds.Mean, variant.EpochSeconds.StandardDeviation)
        : report.Evaluations.Select(evaluation => Measure(figure, evaluation, variant.Name, mode)).FirstOrDefault(value => value is not null);

    private static (double Mean, double? Deviation)? Measure(ExperimentFigure figure, EvaluationReport evaluation, string model, ScoringMode mode)
    {
        if (evaluation.Find(model, mode, figure.Slice) is not { } row)
        {
            return null;
        }

        var baseline = evaluation.Find(evaluation.Baseline, ScoringMode.NoFineTuning, figure.Slice)?.Auc;
        return figure.Measure switch
        {
            FigureMeasure.TaskAuc => Of(row.TaskAuc, 1),
            FigureMeasure.Gain => row.Gain is { } gain ? (100 * gain, 100 * row.Auc!.StandardDeviation / baseline!.Mean) : null,
            _ => Of(row.Auc ?? row.RootMeanSquaredError, 1),
        };
    }

    private static (double, double?)? Of(Summary? summary, double scale) => summary is null ? null : (scale * summary.Mean, scale * summary.StandardDeviation);

    private static string Tick(ExperimentFigure figure, VariantTraining variant) =>
        figure.XLabel is null ? variant.Name : variant.X!.Value.ToString("0.######", CultureInfo.InvariantCulture);

    private string Label(ExperimentFigure figure) => figure.Measure switch
    {
        FigureMeasure.TaskAuc => "mean per-task AUC",
        FigureMeasure.Gain => "AUC gain over the baseline, %",
        FigureMeasure.TrainingTime => "seconds an epoch",
        _ => report.Evaluations[0].Rows.Any(row => row.Auc is not null) ? "AUC" : "root mean squared error",
    };
}
