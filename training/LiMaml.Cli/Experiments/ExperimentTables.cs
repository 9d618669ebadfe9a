using System.Globalization;
using System.Text.Json.Nodes;
using LiMaml.Cli.Reports;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Evaluation.Metrics;
using LiMaml.Training.Experiments;

namespace LiMaml.Cli.Experiments;

/// <summary>The tables of an experiment's report.</summary>
internal static class ExperimentTables
{
    private static readonly ScoringMode[] Rivals = [ScoringMode.FittedToTraining, ScoringMode.TasksRefitted, ScoringMode.Refitted];

    /// <summary>What test rows say: a line for each variant, way of scoring and slice that the experiment shows, and for each rival.</summary>
    public static Grid Results(Experiment experiment, EvaluationReport report)
    {
        var rows = report.Rows.Where(row => (experiment.Modes.Contains(row.Mode) || Rivals.Contains(row.Mode)) && experiment.Slices.Contains(row.Slice)).ToList();
        return rows.TrueForAll(row => row.RootMeanSquaredError is not null)
            ? new Grid(["model", "scored", "tasks", "RMSE", "MAE", "n tasks", "n rows"], [.. rows.Select(Real)])
            : new Grid(["model", "scored", "tasks", "AUC", "gain", "95 % interval", "per-task AUC", "its gain", "log loss", "n tasks", "n rows"], [.. rows.Select(row => Binary(row, report))]);
    }

    /// <summary>How training went.</summary>
    public static Grid Training(IReadOnlyList<VariantTraining> variants) => new(
        ["model", "changes of the configuration", "best epoch", "epochs", "s an epoch", "relative", "s to the best", "validation AUC"],
        [
            .. variants.Select(variant => new[]
            {
                variant.Name,
                Changes(variant.Changes),
                Text(variant.BestEpoch, "F1"),
                Text(variant.Epochs, "F1"),
                Text(variant.EpochSeconds, "F2"),
                string.Create(CultureInfo.InvariantCulture, $"{variant.EpochSeconds.Mean / Math.Max(1e-9, variants[0].EpochSeconds.Mean):F2} ×"),
                Text(variant.Seconds, "F1"),
                variant.ValidationAuc.ToString(),
            }),
        ]);

    /// <summary>A gain with the standard deviation of the model's own figure, both relative to the baseline's mean.</summary>
    public static string Gain(Summary? value, Summary? baseline)
    {
        if (value is null || Relative(value.Mean, baseline) is not { } gain)
        {
            return "–";
        }

        var text = Percent(gain);
        return value.StandardDeviation is { } deviation ? text + string.Create(CultureInfo.InvariantCulture, $" ± {100 * deviation / baseline!.Mean:F2}") : text;
    }

    private static double? Relative(double value, Summary? baseline) => LiMaml.Training.Evaluation.Metrics.Gain.Relative(value, baseline?.Mean);

    private static string[] Binary(EvaluationRow row, EvaluationReport report)
    {
        var baseline = report.Find(report.Baseline, ScoringMode.NoFineTuning, row.Slice);
        return
        [
            row.Model, EvaluationReport.Text(row), EvaluationReport.Text(row.Slice), Text(row.Auc), Gain(row.Auc, baseline?.Auc), Interval(row.Interval), Text(row.TaskAuc), Gain(row.TaskAuc, baseline?.TaskAuc),
            Text(row.LogLoss), Text(row.TaskCount), Text(row.SampleCount),
        ];
    }

    private static string[] Real(EvaluationRow row) =>
        [row.Model, EvaluationReport.Text(row), EvaluationReport.Text(row.Slice), Text(row.RootMeanSquaredError), Text(row.MeanAbsoluteError), Text(row.TaskCount), Text(row.SampleCount)];

    private static string Changes(JsonObject changes) => string.Join("; ", changes.Select(change => $"{change.Key} = {change.Value?.ToJsonString() ?? "default"}"));

    private static string Interval(GainInterval? interval) => interval is null ? "–" : $"{Percent(interval.Low)} … {Percent(interval.High)}";

    private static string Percent(double share) => share.ToString("+0.00 %;-0.00 %;0.00 %", CultureInfo.InvariantCulture);

    private static string Text(Summary? summary) => summary?.ToString() ?? "–";

    private static string Text(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(Summary summary, string format)
    {
        var mean = summary.Mean.ToString(format, CultureInfo.InvariantCulture);
        return summary.StandardDeviation is > 0 and { } deviation ? $"{mean} ± {deviation.ToString(format, CultureInfo.InvariantCulture)}" : mean;
    }
}
