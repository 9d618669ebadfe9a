using System.Globalization;
using LiMaml.Cli.Commands;
using LiMaml.Cli.Display;
using LiMaml.Cli.Quickstart.Streaming;
using LiMaml.Export;
using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using LiMaml.Preparation.Sources;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Scoring;
using LiMaml.Training.Evaluation;

namespace LiMaml.Cli.Quickstart;

/// <summary>The whole way, one step after the other, by what the commands themselves do.</summary>
internal sealed class QuickstartRun(QuickstartOptions options, QuickstartFolder folder, Terminal terminal, CancellationToken cancellation)
{
    private const int StepCount = 10;
    private readonly Dictionary<string, double> seconds = [];

    /// <summary>Runs all steps and shows what came of them.</summary>
    /// <returns>Whether the exported model does what the trained one does.</returns>
    public async Task<bool> RunAsync()
    {
        var began = terminal.Clock.GetTimestamp();
        await StepAsync("prepare", string.Create(CultureInfo.InvariantCulture, $"make up {options.Rows:N0} notifications and prepare them"), PrepareAsync);
        await StepAsync("train vanilla", "train without an inner loop, to compare with", () => TrainAsync(TrainingAlgorithm.Vanilla, folder.Vanilla));
        await StepAsync("train limaml", "meta-train by LiMAML", () => TrainAsync(TrainingAlgorithm.LiMaml, folder.LiMaml));
        var evaluation = await StepAsync("evaluate", "evaluate both on test rows", EvaluateAsync);
        await StepAsync("export", "export the LiMAML model to ONNX, its fine-tuning included", ExportAsync);
        var verification = await StepAsync("verify", "compare ONNX Runtime with what training computed", () => VerifyCommand.RunAsync(folder.Package, null, new GraphOptions(), terminal, cancellation));
        VerifyCommand.Show(verification, terminal);
        await StepAsync("embed", "adapt to every member and store the meta embeddings", EmbedAsync);
        var scored = await StepAsync("score", "score the test rows with the stored meta embeddings", ScoreAsync);
        var (events, streamed) = await StreamAsync();

        double Auc(string model, ScoringMode mode) => evaluation.Find(model, mode)?.Auc?.Mean ?? double.NaN;
        var report = new QuickstartReport(
            new QuickstartAuc(
                Auc("vanilla", ScoringMode.NoFineTuning), Auc("vanilla", ScoringMode.FineTuned),
                Auc("limaml", ScoringMode.NoFineTuning), Auc("limaml", ScoringMode.FineTuned), Auc("limaml", ScoringMode.FineTunedStored), scored, streamed.Auc),
            new QuickstartHandoff(verification.LargestError),
            new QuickstartStreaming(events.Count, Math.Round(events.PerSecond), events.TaskCount, Math.Round(streamed.HttpRowsPerSecond), streamed.TopicRowCount, streamed.MaxError),
            Math.Round(terminal.Clock.GetElapsedTime(began).TotalSeconds, 1),
            seconds);
        terminal.WriteLine();
        report.Show(evaluation, terminal);
        folder.Complete(report);
        terminal.WriteLine($"Everything is in {folder.Root}; the figures are in {folder.Report}.");
        return verification.Passed && report.Agrees;
    }

    private async Task<T> StepAsync<T>(string name, string description, Func<Task<T>> step)
    {
        terminal.WriteLine($"[{seconds.Count + 1}/{StepCount}] {name}: {description}");
        var began = terminal.Clock.GetTimestamp();
        var result = await step();
        seconds.Add(name, Math.Round(terminal.Clock.GetElapsedTime(began).TotalSeconds, 1));
        return result;
    }

    private async Task<long> PrepareAsync()
    {
        var source = new Synthetic(new SyntheticOptions { RowCount = options.Rows, Seed = options.Seed });
        var statistics = await PrepareCommand.FromSourceAsync(source, null, null, new PrepareMeans(folder.Dataset), terminal, cancellation);
        terminal.WriteLine("  " + string.Join(", ", statistics.Tasks[0].Splits.Select(split => string.Create(
            CultureInfo.InvariantCulture, $"{split.Key.ToString().ToLowerInvariant()} {split.Value.RowCount:N0} rows of {split.Value.TaskCount:N0} members"))));
        return statistics.ReadRowCount;
    }

    private async Task<string> TrainAsync(TrainingAlgorithm algorithm, string run)
    {
        var configuration = QuickstartModel.Configuration(Dataset.Open(folder.Dataset).Schema, algorithm, options);
        var outcome = await TrainCommand.StartAsync(folder.Dataset, configuration, run, overwrite: false, terminal, cancellation);
        cancellation.ThrowIfCancellationRequested(); // an interrupted training returns, so that it can be resumed
        return outcome.CheckpointFolder;
    }

    private Task<EvaluationReport> EvaluateAsync() => EvaluateCommand.RunAsync(
        new EvaluationOptions
        {
            Dataset = folder.Dataset,
            Models = [new EvaluatedModel("vanilla", [Path.Combine(folder.Vanilla, "checkpoint")]), new EvaluatedModel("limaml", [Path.Combine(folder.LiMaml, "checkpoint")])],
            Reference = ["item_log_odds", "member_log_odds"],
        },
        folder.Evaluation,
        overwrite: false,
        terminal,
        cancellation);

    private async Task<string> ExportAsync()
    {
        var manifest = await ExportCommand.RunAsync(Path.Combine(folder.LiMaml, "checkpoint"), folder.Package, new ExportOptions(), terminal, cancellation);
        ExportCommand.Show(manifest, terminal);
        return manifest.BundleId;
    }

    private async Task<long> EmbedAsync()
    {
        var report = await EmbedCommand.RunAsync(folder.Package, folder.Dataset, folder.Snapshot, new EmbedOptions(), terminal, cancellation);
        EmbedCommand.Show(report, terminal);
        return report.TaskCount;
    }

    private async Task<(StreamedEvents Events, StreamedScores Scores)> StreamAsync()
    {
        await using var path = new StreamedPath(folder, terminal, cancellation);
        var events = await StepAsync("stream", "play the training and validation events through Kafka into a worker, which adapts to every member", path.AdaptAsync);
        return (events, await StepAsync("serve", "let the worker score the test rows, over HTTP and over Kafka", path.ScoreAsync));
    }

    private async Task<double> ScoreAsync()
    {
        var report = await ScoreCommand.RunAsync(folder.Package, folder.Dataset, folder.Scores, new ScoreOptions { Snapshot = folder.Snapshot }, terminal, cancellation);
        ScoreCommand.Show(report, terminal);
        return (await ScoredFile.ReadAsync(folder.Scores, cancellation)).Auc ?? double.NaN;
    }
}
