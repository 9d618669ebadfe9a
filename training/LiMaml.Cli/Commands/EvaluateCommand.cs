using System.CommandLine;
using System.Globalization;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Models;
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
        var dataset = Common.Dataset();
        var models = new Option<string[]>("--model", "-m")
        {
            Description = "A model to judge: name=folder of a checkpoint or a run, several seeds separated by commas (or the folder that holds seed-1, seed-2 …). May be given several times.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
            HelpName = "name=folder",
        };
        var support = Choice.Of("--support", "Rows each task is fine-tuned on: the most recent training and validation rows (window, the default) or validation rows only.", ("window", SupportRows.Window), ("validation", SupportRows.Validation));
        var reference = new Option<string[]>("--reference") { Description = "Dense features whose sum is scored as a reference without a model, e.g. item_log_odds member_log_odds.", AllowMultipleArgumentsPerToken = true, HelpName = "feature" };
        var baseline = new Option<string?>("--baseline") { Description = "The model whose row without fine-tuning gains are relative to. Default: the first vanilla one, else the first trained without an inner loop, else the first.", HelpName = "name" };
        var output = Common.Out("Folder for report.json and report.md; without it the table is only printed.");
        output.Required = false;
        var overwrite = Common.Overwrite();
        var device = new Option<string?>("--device") { Description = "cpu, cuda or cuda:N. Default cpu.", HelpName = "device" };
        var threads = Common.Threads();
        var command = new Command("evaluate", "Compare models on test rows, each with and without fine-tuning on what came before: AUC, per-task AUC, log loss, calibration, gains.")
        {
            dataset, models, support, reference, baseline, output, overwrite, device, threads,
        };
        command.SetAction(async (result, cancellation) =>
        {
            TrainCommand.UseThreads(result.GetValue(threads) ?? 0);
            var options = new EvaluationOptions
            {
                Dataset = result.GetRequiredValue(dataset),
                Models = ReadModels(result.GetRequiredValue(models)),
                Support = result.GetValue(support),
                Reference = result.GetValue(reference) ?? [],
                Baseline = result.GetValue(baseline),
                Device = result.GetValue(device) ?? "cpu",
            };
            var report = await RunAsync(options, result.GetValue(output), result.GetValue(overwrite), terminal, cancellation);
            terminal.Output.Write(report.ToText());
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

    private static IReadOnlyList<EvaluatedModel> ReadModels(IReadOnlyList<string> texts)
    {
        var models = texts.Select(ReadModel).ToList();
        var twice = models.GroupBy(model => model.Name).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? models : throw new InvalidInputException("--model", $"the name '{twice.Key}' twice", "a name of its own for each model; seeds of one model are separated by commas");
    }

    private static EvaluatedModel ReadModel(string text)
    {
        var sign = text.IndexOf('=', StringComparison.Ordinal);
        return sign > 0 && sign < text.Length - 1
            ? new EvaluatedModel(text[..sign], [.. text[(sign + 1)..].Split(',').SelectMany(CheckpointPath.Resolve)])
            : throw new InvalidInputException("--model", $"'{text}'", "name=folder, e.g. limaml=runs/limaml");
    }

    private static string Markdown(EvaluationReport report) => string.Create(CultureInfo.InvariantCulture, $"""
        # {report.Dataset}, tasks per {report.Task}

        Fine-tuned on {(report.Support is SupportRows.Window ? "the most recent training and validation rows" : "validation rows")} of each task, scored on its test rows. Gains are of
        AUC, relative to {report.Baseline} without fine-tuning on the same tasks; ± is the standard deviation over seeds.

        {report.ToMarkdown()}
        - *stored vector*: one meta embedding for each task, as production serves it; *fine-tuned*: the adapted meta block reads each row's own meta features.
        - *per-task AUC*: mean over tasks with both labels. *calibration*: observed ÷ predicted positives. *not adapted*: tasks without any earlier row.

        """);
}
