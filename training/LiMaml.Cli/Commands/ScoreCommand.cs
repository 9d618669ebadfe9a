using System.CommandLine;
using System.Globalization;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Models.Datasets;
using LiMaml.Runtime.Scoring;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml score</c>: rows and a snapshot through the global block.</summary>
internal static class ScoreCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var package = Common.Package();
        var dataset = Common.Dataset();
        var output = Common.Out("Scores to write, .parquet or .csv: key, timestamp, row, label, logit, probability, cold.", "file");
        var snapshot = new Option<string?>("--snapshot") { Description = "Meta embeddings (made by 'limaml embed'). Without it every row is scored as a task with no history.", HelpName = "file.parquet or folder" };
        var split = Choice.Of("--split", "Rows to score. Default test.", Common.Splits);
        split.DefaultValueFactory = _ => Split.Test;
        var task = Common.Task();
        var overwrite = Common.Overwrite();
        var graphs = new GraphArguments();
        var command = new Command("score", "Score the rows of a dataset with stored meta embeddings, as production would. Streams: memory does not grow with the dataset.")
        {
            package, dataset, output, snapshot, split, task, overwrite,
        };
        graphs.All.ToList().ForEach(command.Add);
        command.SetAction(async (result, cancellation) =>
        {
            var options = new ScoreOptions
            {
                Task = result.GetValue(task),
                Split = result.GetValue(split),
                Snapshot = result.GetValue(snapshot),
                Overwrite = result.GetValue(overwrite),
                Graphs = graphs.Read(result),
            };
            var target = result.GetRequiredValue(output);
            Show(await RunAsync(result.GetRequiredValue(package), result.GetRequiredValue(dataset), target, options, terminal, cancellation), terminal);
            terminal.WriteLine($"Scores: {target}");
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Writes the scores.</summary>
    internal static Task<ScoreReport> RunAsync(string package, string dataset, string output, ScoreOptions options, Terminal terminal, CancellationToken cancellation) =>
        PackageRun.RunAsync(
            package, dataset, "scoring", (model, rows, progress) => BatchScorer.RunAsync(model, rows, output, options, progress, cancellation), terminal, cancellation);

    /// <summary>What came of it.</summary>
    internal static void Show(ScoreReport report, Terminal terminal)
    {
        terminal.ShowPassedOver(report.Provider);
        terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.RowCount:N0} rows of {report.TaskCount:N0} tasks scored in {report.Elapsed.TotalSeconds:F1} s ({report.RowCount / Math.Max(1e-3, report.Elapsed.TotalSeconds):N0} rows/s on {report.Provider}); {report.ColdRowCount:N0} rows of {report.ColdTaskCount:N0} tasks had no stored embedding and got the unadapted one."));
    }
}
