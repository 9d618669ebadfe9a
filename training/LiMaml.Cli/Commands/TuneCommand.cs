using System.CommandLine;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Cli.Reports;
using LiMaml.Cli.Tuning;
using LiMaml.Models.Json;
using LiMaml.Training;
using LiMaml.Training.Experiments;
using LiMaml.Training.Tuning;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml tune</c>: searches a configuration on development data.</summary>
internal static class TuneCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var dataset = Common.Dataset();
        var space = new Option<string>("--space") { Description = "What may be tried as JSON: paths of the configuration, each with a list of values or a range, e.g. {\"training.learningRate\": {\"from\": 0.0005, \"to\": 0.01, \"scale\": \"log\"}}.", Required = true, HelpName = "space.json" };
        var config = new Option<string?>("--config") { Description = "The configuration that trials change, as 'limaml train' takes it. Default: the defaults.", HelpName = "train.json" };
        var output = Common.Out($"Folder for trials, report and {TuningRun.BestFile}, which 'limaml train --config' takes.");
        var trials = Text.Number("--trials", "Configurations to draw. Default 27.", 1, 100_000);
        var seed = Text.Number("--seed", "Seeds the draws. Default 1.", int.MinValue, int.MaxValue, "number");
        var finalists = Text.Number("--finalists", "Trials that are trained to the end and with several seeds. Default 3.", 1, 1000);
        var finalistSeeds = Text.Number("--finalist-seeds", "Seeds of each finalist; the best mean wins. Default 3.", 1, 1000);
        var threads = Common.Threads();
        var command = new Command("tune", "Search a training configuration on training and validation rows: random draws, successive halving, a median rule. Ctrl-C interrupts; the same command goes on.")
        {
            dataset, space, config, output, trials, seed, finalists, finalistSeeds, threads,
        };
        command.SetAction(async (result, cancellation) =>
        {
            TrainCommand.UseThreads(result.GetValue(threads) ?? 0);
            var options = new TuningOptions
            {
                Dataset = result.GetRequiredValue(dataset),
                Folder = result.GetRequiredValue(output),
                Configuration = result.GetValue(config) is { } file ? ContractJson.Read<TrainingConfiguration>(file) : new TrainingConfiguration(),
                Space = SearchSpace.Read(result.GetRequiredValue(space)),
            };
            options = options with
            {
                Trials = result.GetValue(trials) ?? options.Trials,
                Seed = result.GetValue(seed) ?? options.Seed,
                Finalists = result.GetValue(finalists) ?? options.Finalists,
                FinalistSeeds = result.GetValue(finalistSeeds) ?? options.FinalistSeeds,
            };
            return await RunAsync(options, CommandLine.Of(result), terminal, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(TuningOptions options, string command, Terminal terminal, CancellationToken cancellation)
    {
        var began = terminal.Clock.GetUtcNow();
        try
        {
            var report = await terminal.WithProgressAsync(progress => TuningRun.RunAsync(
                options, new Relay<TuningProgress>(progress, at => new Progress(at.Stage, at.Done, at.Total, "trials") { Note = at.Note }), cancellation));
            report = report with { Provenance = Provenance.OfProcess([command], began, terminal.Clock) };
            var charts = TuningCharts.Of(options.Space, report);
            ReportFiles.Write(options.Folder, TuningDocument.Of(report, charts), charts);
            ContractJson.Write(Path.Combine(options.Folder, ReportFiles.Json), report);
            terminal.Write(TuningDocument.Finalists(report).ToTextTable());
            terminal.WriteLine($"\nBest configuration: {Path.Combine(options.Folder, TuningRun.BestFile)}; report: {Path.Combine(options.Folder, ReportFiles.Markdown)}");
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Fault("interrupted; what was trained is kept. The same command goes on.");
            return ExitCodes.Interrupted;
        }
    }
}
