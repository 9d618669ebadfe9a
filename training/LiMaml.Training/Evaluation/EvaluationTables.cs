using System.Globalization;
using System.Text;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Evaluation;

/// <summary>A report as tables: every line, and AUC by number of support samples as a table of its own.</summary>
internal sealed class EvaluationTables(EvaluationReport report)
{
    private const string None = "–";
    private static readonly string[] RealTitles = ["model", "scored", "tasks", "RMSE", "MAE", "n tasks", "n rows"];

    /// <summary>The tables, each with its titles first; none is empty.</summary>
    public IEnumerable<IReadOnlyList<string[]>> All()
    {
        var lines = report.Rows.Where(row => row.Mode is not ScoringMode.FewShot).ToList();
        if (lines.Count > 0)
        {
            yield return Lines(lines);
        }

        var fewShot = report.Rows.Where(row => row.Mode is ScoringMode.FewShot).ToList();
        if (fewShot.Count > 0)
        {
            yield return Curve(fewShot);
        }
    }

    /// <summary>Aligned columns.</summary>
    public static string Align(IReadOnlyList<string[]> table)
    {
        var widths = Enumerable.Range(0, table[0].Length).Select(column => table.Max(line => line[column].Length)).ToArray();
        return string.Concat(table.Select(line => string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n"));
    }

    /// <summary>Markdown.</summary>
    public static string Mark(IReadOnlyList<string[]> table)
    {
        var text = new StringBuilder();
        for (var index = 0; index < table.Count; index++)
        {
            text.Append("| ").AppendJoin(" | ", table[index]).Append(" |\n");
            if (index == 0)
            {
                text.Append('|').Append(string.Concat(table[0].Select(_ => " --- |"))).Append('\n');
            }
        }

        return text.ToString();
    }

    private static List<string[]> Lines(List<EvaluationRow> rows)
    {
        if (rows.All(row => row.RootMeanSquaredError is not null))
        {
            return [RealTitles, .. rows.Select(RealCells)];
        }

        var intervals = rows.Exists(row => row.Interval is not null);
        string[] titles = ["model", "scored", "tasks", "AUC", "gain", .. intervals ? ["95 % interval"] : Array.Empty<string>(), "per-task AUC", "log loss", "calibration", "cal. error", "n tasks", "n rows"];
        return [titles, .. rows.Select(row => BinaryCells(row, intervals))];
    }

    private static string[] BinaryCells(EvaluationRow row, bool intervals) =>
    [
        row.Model, Text(row), Text(row.Slice), Text(row.Auc), row.Gain is { } gain ? Percent(gain) : None,
        .. intervals ? [row.Interval is { } interval ? $"{Percent(interval.Low)} … {Percent(interval.High)}" : None] : Array.Empty<string>(),
        Text(row.TaskAuc), Text(row.LogLoss), Text(row.CalibrationRatio), Text(row.CalibrationError), Text(row.TaskCount), Text(row.SampleCount),
    ];

    private static string[] RealCells(EvaluationRow row) =>
    [
        row.Model, Text(row), Text(row.Slice), Text(row.RootMeanSquaredError), Text(row.MeanAbsoluteError), Text(row.TaskCount), Text(row.SampleCount),
    ];

    /// <summary>A line for each model and slice, a column for each number of support samples.</summary>
    private static List<string[]> Curve(List<EvaluationRow> rows)
    {
        var numbers = rows.Select(row => row.Variant!).Distinct().ToList();
        var real = rows.TrueForAll(row => row.RootMeanSquaredError is not null);
        string[] titles = ["model", "tasks", .. numbers.Select(number => $"{(real ? "RMSE" : "AUC")}, ≤ {number} samples"), "n tasks", "n rows"];
        return
        [
            titles,
            .. rows.GroupBy(row => (row.Model, row.Slice)).Select(line => (string[])
            [
                line.Key.Model, Text(line.Key.Slice),
                .. numbers.Select(number => line.FirstOrDefault(row => row.Variant == number) is { } at ? Text(real ? at.RootMeanSquaredError : at.Auc) : None),
                Text(line.First().TaskCount), Text(line.First().SampleCount),
            ]),
        ];
    }

    private static string Text(Summary? summary) => summary?.ToString() ?? None;

    private static string Text(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("+0.00 %;-0.00 %;0.00 %", CultureInfo.InvariantCulture);

    /// <summary>How a row was scored, in words.</summary>
    public static string Text(EvaluationRow row) => row.Mode switch
    {
        ScoringMode.Reference => "no model",
        ScoringMode.NoFineTuning => "no fine-tuning",
        ScoringMode.FineTuned => "fine-tuned",
        ScoringMode.FineTunedStored => "fine-tuned, stored vector",
        ScoringMode.Aggregated => $"fine-tuned, stored vector, {row.Variant} of samples",
        ScoringMode.Replayed => $"fine-tuned, stored vector, refreshed {row.Variant}",
        ScoringMode.Refreshed => $"stored vectors, refreshed: {row.Variant}",
        ScoringMode.FittedToTraining => "fitted to training rows",
        ScoringMode.FewShot => $"≤ {row.Variant} support samples",
        ScoringMode.TasksRefitted => "tasks fitted to training + validation rows",
        _ => "fitted to training + validation rows",
    };

    /// <summary>A slice in words.</summary>
    public static string Text(ReportSlice slice) => slice switch
    {
        ReportSlice.All => "all",
        ReportSlice.FewSamples => "< 25 rows",
        ReportSlice.ManySamples => "≥ 25 rows",
        ReportSlice.NotAdapted => "not adapted",
        ReportSlice.Frequent => "frequent",
        ReportSlice.Lapsed => "lapsed",
        _ => "new",
    };
}
