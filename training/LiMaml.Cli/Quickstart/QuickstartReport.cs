using System.Globalization;
using LiMaml.Cli.Display;
using LiMaml.Training.Evaluation;

namespace LiMaml.Cli.Quickstart;

/// <summary>AUC on test rows of every model; <c>scored</c> is that of the file written by <c>score</c>, <c>limamlStored</c> the same thing evaluated offline.</summary>
internal sealed record QuickstartAuc(double Vanilla, double VanillaFineTuned, double Limaml, double LimamlFineTuned, double LimamlStored, double Scored);

/// <summary>How far ONNX Runtime is from what training computed, over all graphs.</summary>
internal sealed record QuickstartHandoff(double MaxRelativeError);

/// <summary>What a quickstart found (<c>report.json</c>).</summary>
/// <param name="Auc">AUC on test rows.</param>
/// <param name="Handoff">How exact the exported model is.</param>
/// <param name="Seconds">Time taken in all.</param>
/// <param name="StepSeconds">Time taken by each step.</param>
internal sealed record QuickstartReport(QuickstartAuc Auc, QuickstartHandoff Handoff, double Seconds, IReadOnlyDictionary<string, double> StepSeconds)
{
    /// <summary>Largest difference between the two ways to the AUC of stored embeddings that counts as equal.</summary>
    internal const double AucTolerance = 1e-4;

    /// <summary>Whether the scored file is as good as the offline evaluation said.</summary>
    internal bool Agrees => Math.Abs(Auc.Scored - Auc.LimamlStored) <= AucTolerance;

    /// <summary>Prints the summary.</summary>
    public void Show(EvaluationReport evaluation, Terminal terminal)
    {
        var table = new TextTable("model", "scored", "AUC", "gain", "per-task AUC");
        foreach (var row in evaluation.Rows.Where(row => row.Slice is ReportSlice.All))
        {
            table.Add(
                row.Model,
                row.Mode switch { ScoringMode.Reference => "no model", ScoringMode.NoFineTuning => "no fine-tuning", ScoringMode.FineTuned => "fine-tuned", _ => "fine-tuned, stored vector" },
                Format(row.Auc?.Mean),
                row.Gain is { } gain ? gain.ToString("+0.00 %;-0.00 %;0.00 %", CultureInfo.InvariantCulture) : "",
                Format(row.TaskAuc?.Mean));
        }

        terminal.Write(table);
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Scored through ONNX with stored embeddings: AUC {Auc.Scored:F4}; offline evaluation of the same: {Auc.LimamlStored:F4} ({(Agrees ? "they agree" : "they do NOT agree")})."));
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Largest relative error of the exported graphs: {Handoff.MaxRelativeError:0.0e+00}."));
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Done in {Seconds:F0} s: {string.Join(", ", StepSeconds.Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Key} {step.Value:F0}")))}."));
    }

    private static string Format(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "";
}
