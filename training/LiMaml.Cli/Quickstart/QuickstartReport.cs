using System.Globalization;
using LiMaml.Cli.Display;
using LiMaml.Training.Evaluation;

namespace LiMaml.Cli.Quickstart;

/// <summary>
/// AUC on test rows of every model; <c>scored</c> is that of the file written by <c>score</c>, <c>limamlStored</c> the same thing
/// evaluated offline, <c>streamed</c> the same thing scored by the worker with what it adapted to events from Kafka.
/// </summary>
internal sealed record QuickstartAuc(double Vanilla, double VanillaFineTuned, double Limaml, double LimamlFineTuned, double LimamlStored, double Scored, double Streamed);

/// <summary>How far ONNX Runtime is from what training computed, over all graphs.</summary>
internal sealed record QuickstartHandoff(double MaxRelativeError);

/// <summary>What the worker did.</summary>
/// <param name="Events">Events that went through Kafka.</param>
/// <param name="EventsPerSecond">How fast, from the first one sent to the last one in its window.</param>
/// <param name="Tasks">Tasks that were adapted to their windows.</param>
/// <param name="HttpRowsPerSecond">How fast test rows were scored over HTTP.</param>
/// <param name="TopicRows">Test rows that were scored over topics, too.</param>
/// <param name="MaxScoreError">Largest difference of a logit from the one in the scored file, relative above 1.</param>
internal sealed record QuickstartStreaming(long Events, double EventsPerSecond, long Tasks, double HttpRowsPerSecond, int TopicRows, double MaxScoreError);

/// <summary>What a quickstart found (<c>report.json</c>).</summary>
/// <param name="Auc">AUC on test rows.</param>
/// <param name="Handoff">How exact the exported model is.</param>
/// <param name="Streaming">What the worker did.</param>
/// <param name="Seconds">Time taken in all.</param>
/// <param name="StepSeconds">Time taken by each step.</param>
internal sealed record QuickstartReport(QuickstartAuc Auc, QuickstartHandoff Handoff, QuickstartStreaming Streaming, double Seconds, IReadOnlyDictionary<string, double> StepSeconds)
{
    /// <summary>Largest difference between the two ways to the AUC of stored embeddings that counts as equal.</summary>
    internal const double AucTolerance = 1e-4;

    /// <summary>Largest difference between a row's two logits that counts as equal.</summary>
    internal const double ScoreTolerance = 1e-4;

    /// <summary>Whether the scored file is as good as the offline evaluation said, and the worker's scores are those of the file.</summary>
    internal bool Agrees => FileAgrees && StreamAgrees;

    private bool FileAgrees => Math.Abs(Auc.Scored - Auc.LimamlStored) <= AucTolerance;

    private bool StreamAgrees => Math.Abs(Auc.Streamed - Auc.Scored) <= AucTolerance && Streaming.MaxScoreError <= ScoreTolerance;

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
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Scored through ONNX with stored embeddings: AUC {Auc.Scored:F4}; offline evaluation of the same: {Auc.LimamlStored:F4} ({Verdict(FileAgrees)})."));
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Streamed through Kafka and scored by the worker: AUC {Auc.Streamed:F4}; largest difference of a score {Streaming.MaxScoreError:0.0e+00} ({Verdict(StreamAgrees)})."));
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Largest relative error of the exported graphs: {Handoff.MaxRelativeError:0.0e+00}."));
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Done in {Seconds:F0} s: {string.Join(", ", StepSeconds.Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Key} {step.Value:F0}")))}."));
    }

    private static string Verdict(bool agrees) => agrees ? "they agree" : "they do NOT agree";

    private static string Format(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "";
}
