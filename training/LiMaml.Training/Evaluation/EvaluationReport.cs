using System.Globalization;
using System.Text;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Evaluation;

/// <summary>How rows were scored.</summary>
public enum ScoringMode
{
    /// <summary>A sum of features, no model.</summary>
    Reference,

    /// <summary>The model as trained.</summary>
    NoFineTuning,

    /// <summary>Fine-tuned per task; the adapted meta block reads each row's own meta features (the paper's offline evaluation).</summary>
    FineTuned,

    /// <summary>Fine-tuned per task; one stored vector a task, as production serves it.</summary>
    FineTunedStored,
}

/// <summary>Which tasks a figure is over.</summary>
public enum ReportSlice
{
    /// <summary>All tasks with test rows.</summary>
    All,

    /// <summary>Tasks with fewer than 25 test rows.</summary>
    FewSamples,

    /// <summary>Tasks with 25 test rows or more.</summary>
    ManySamples,

    /// <summary>Tasks without any support row: nothing to adapt to.</summary>
    NotAdapted,
}

/// <summary>A line of the report: one model, one way of scoring, one slice, all seeds.</summary>
/// <param name="Model">Name.</param>
/// <param name="Mode">How rows were scored.</param>
/// <param name="Slice">Which tasks.</param>
/// <param name="SampleCount">Test rows.</param>
/// <param name="TaskCount">Tasks.</param>
/// <param name="Auc">Pooled AUC over all rows; null for real labels or where one class is missing.</param>
/// <param name="TaskAuc">Mean of per-task AUC over tasks with both labels.</param>
/// <param name="LogLoss">Mean cross-entropy in nats.</param>
/// <param name="CalibrationRatio">Observed ÷ predicted positives; 1 is calibrated.</param>
/// <param name="CalibrationError">Expected calibration error over ten bins.</param>
/// <param name="RootMeanSquaredError">For real labels.</param>
/// <param name="MeanAbsoluteError">For real labels.</param>
/// <param name="Gain">Relative AUC gain over the baseline in the same slice, e.g. 0.0147 for +1.47 %.</param>
public sealed record EvaluationRow(
    string Model,
    ScoringMode Mode,
    ReportSlice Slice,
    int SampleCount,
    int TaskCount,
    Summary? Auc,
    Summary? TaskAuc,
    Summary? LogLoss,
    Summary? CalibrationRatio,
    Summary? CalibrationError,
    Summary? RootMeanSquaredError,
    Summary? MeanAbsoluteError,
    double? Gain);

/// <summary>What <c>limaml evaluate</c> found; JSON through ContractJson, tables for people here.</summary>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Task">The task definition.</param>
/// <param name="Support">What tasks were fine-tuned on.</param>
/// <param name="Baseline">The model that gains are relative to.</param>
/// <param name="Rows">One for each model, mode and slice that has rows.</param>
public sealed record EvaluationReport(string Dataset, string Task, SupportRows Support, string Baseline, IReadOnlyList<EvaluationRow> Rows)
{
    private static readonly string[] Titles = ["model", "scored", "tasks", "AUC", "gain", "per-task AUC", "log loss", "calibration", "cal. error", "n tasks", "n rows"];
    private static readonly string[] RealTitles = ["model", "scored", "tasks", "RMSE", "MAE", "n tasks", "n rows"];

    /// <summary>The row of a model scored in a mode over a slice, or null.</summary>
    public EvaluationRow? Find(string model, ScoringMode mode, ReportSlice slice = ReportSlice.All) =>
        Rows.FirstOrDefault(row => row.Model == model && row.Mode == mode && row.Slice == slice);

    /// <summary>An aligned table for a terminal.</summary>
    public string ToText()
    {
        var lines = Cells();
        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        return string.Concat(lines.Select(line => string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n"));
    }

    /// <summary>A Markdown table.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        var lines = Cells();
        for (var index = 0; index < lines.Count; index++)
        {
            text.Append("| ").AppendJoin(" | ", lines[index]).Append(" |\n");
            if (index == 0)
            {
                text.Append('|').Append(string.Concat(lines[0].Select(_ => " --- |"))).Append('\n');
            }
        }

        return text.ToString();
    }

    private List<string[]> Cells()
    {
        var real = Rows.All(row => row.RootMeanSquaredError is not null);
        return [real ? RealTitles : Titles, .. Rows.Select(row => real ? RealCells(row) : BinaryCells(row))];
    }

    private static string[] BinaryCells(EvaluationRow row) =>
    [
        row.Model, Text(row.Mode), Text(row.Slice), Text(row.Auc),
        row.Gain is { } gain ? gain.ToString("+0.00 %;-0.00 %;0.00 %", CultureInfo.InvariantCulture) : "–",
        Text(row.TaskAuc), Text(row.LogLoss), Text(row.CalibrationRatio), Text(row.CalibrationError), Text(row.TaskCount), Text(row.SampleCount),
    ];

    private static string[] RealCells(EvaluationRow row) =>
    [
        row.Model, Text(row.Mode), Text(row.Slice), Text(row.RootMeanSquaredError), Text(row.MeanAbsoluteError), Text(row.TaskCount), Text(row.SampleCount),
    ];

    private static string Text(Summary? summary) => summary?.ToString() ?? "–";

    private static string Text(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A way of scoring in words.</summary>
    public static string Text(ScoringMode mode) => mode switch
    {
        ScoringMode.Reference => "no model",
        ScoringMode.NoFineTuning => "no fine-tuning",
        ScoringMode.FineTuned => "fine-tuned",
        _ => "fine-tuned, stored vector",
    };

    /// <summary>A slice in words.</summary>
    public static string Text(ReportSlice slice) => slice switch
    {
        ReportSlice.All => "all",
        ReportSlice.FewSamples => "< 25 rows",
        ReportSlice.ManySamples => "≥ 25 rows",
        _ => "not adapted",
    };
}
