using System.CommandLine;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Models.Files;
using LiMaml.Models.Json;
using LiMaml.Training.Evaluation;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml evaluate</c>: what personalisation gained, on test rows.</summary>
internal static class EvaluateCommand
{
    private const string JsonFile = "report.json";
    private const string MarkdownFile = "report.md";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var arguments = new EvaluateArguments();
        var output = Common.Out("Folder for report.json and report.md; without it the table is only printed.");
        output.Required = false;
        var overwrite = Common.Overwrite();
        var threads = Common.Threads();
        var command = new Command("evaluate", "Compare models on test rows, each with and without fine-tuning on what came before: AUC, per-task AUC, log loss, calibration, gains.");
        arguments.All.Concat([output, overwrite, threads]).ToList().ForEach(command.Add);
        command.SetAction(async (result, cancellation) =>
        {
            TrainCommand.UseThreads(result.GetValue(threads) ?? 0);
            var report = await RunAsync(arguments.Read(result), result.GetValue(output), result.GetValue(overwrite), terminal, cancellation);
            terminal.Output.Write(report.ToText());
            foreach (var choice in report.Choices ?? [])
            {
                terminal.WriteLine(choice);
            }

            if (result.GetValue(output) is { } folder)
            {
                terminal.WriteLine($"\nReport: {Path.Combine(folder, MarkdownFile)} and {Path.Combine(folder, JsonFile)}");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Evaluates, and writes the reports where a folder is given.</summary>
    internal static async Task<EvaluationReport> RunAsync(EvaluationOptions options, string? folder, bool overwrite, Terminal terminal, CancellationToken cancellation)
    {
        using var target = folder is null ? null : AtomicFolder.Create(folder, JsonFile, overwrite);
        var report = await terminal.WithProgressAsync(progress =>
            ModelEvaluation.RunAsync(options, new Relay<string>(progress, what => new Progress($"scoring test rows: {what}")), cancellation));
        if (target is not null)
        {
            ContractJson.Write(Path.Combine(target.Partial, JsonFile), report);
            await File.WriteAllTextAsync(Path.Combine(target.Partial, MarkdownFile), Markdown(report), cancellation);
            target.Complete();
        }

        return report;
    }

    private static string Markdown(EvaluationReport report) => $"""
        # {report.Dataset}, tasks per {report.Task}

        Fine-tuned on {(report.Support is SupportRows.Window ? "the most recent training and validation rows" : "validation rows")} of each task, scored on its test rows. Gains are of
        AUC, relative to {report.Baseline} {(report.Rows.Any(row => row.Mode is ScoringMode.NoFineTuning) ? "without fine-tuning" : "fitted to training rows")} on the same tasks; ± is the standard deviation over seeds.

        {report.ToMarkdown()}
        {string.Join("\n", Notes(report).Select(note => $"- {note}"))}

        """;

    private static IEnumerable<string> Notes(EvaluationReport report)
    {
        bool Has(Func<EvaluationRow, bool> condition) => report.Rows.Any(condition);
        if (Has(row => row.Mode is ScoringMode.FineTunedStored))
        {
            yield return "*stored vector*: one meta embedding for each task, as production serves it; *fine-tuned*: the adapted meta block reads each row's own meta features.";
        }

        if (Has(row => row.Mode is ScoringMode.Replayed))
        {
            yield return "*refreshed*: the test period is replayed; a row is scored with the vector of the latest refresh before it, which had seen the task's rows until then. Per-task AUC falls with it: of a task's few rows, labels seen before are labels that no longer come.";
        }

        if (Has(row => row.Mode is ScoringMode.FewShot))
        {
            yield return "*≤ N samples*: all support rows of a task but its N latest were left out; statistics among its features still know them.";
        }

        if (Has(row => row.Interval is not null))
        {
            yield return "*95 % interval* of the gain: tasks were resampled, the same ones for both models.";
        }

        yield return "*per-task AUC*: mean over tasks with both labels. *calibration*: observed ÷ predicted positives. *not adapted*: tasks without any earlier row.";
        if (Has(row => row.Slice is ReportSlice.Frequent or ReportSlice.Lapsed or ReportSlice.New))
        {
            yield return "*frequent*: an earlier row within 28 days before the test rows; *lapsed*: none, but one within three months; *new*: no training rows.";
        }

        foreach (var choice in report.Choices ?? [])
        {
            yield return $"Chosen on validation rows for {choice}";
        }
    }
}
