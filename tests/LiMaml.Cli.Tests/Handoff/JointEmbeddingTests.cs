using LiMaml.Export;
using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Snapshots;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Scoring;
using LiMaml.Training;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Handoff;
using LiMaml.Training.Outer;

namespace LiMaml.Cli.Tests.Handoff;

/// <summary>A model of members and items on its way from training over ONNX to scores: every stage gives what the one before did.</summary>
public sealed class JointEmbeddingTests : IAsyncLifetime
{
    private PairDataset pairs = null!;
    private string checkpoint = null!;
    private string package = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        pairs = await PairDataset.WriteAsync();
        var configuration = new TrainingConfiguration
        {
            MetaBlocks =
            [
                new MetaBlockSpec { Task = "member", Features = ["tenure"], Layers = [], EmbeddingSize = 4, History = ["item_id"], HalfLife = 20 },
                new MetaBlockSpec { Task = "item", Features = ["price"], Layers = [], EmbeddingSize = 4, History = ["member_id"], SupportCapacity = 9 },
            ],
            InnerLoop = new InnerLoopSpec { Adapts = AdaptedWeights.Embedding, StepRule = StepRule.Newton, Steps = 2, StepSize = 1, Proximal = 1, LearnedProximal = true, MetaEmbeddingL2 = 0, SupportCapacity = 12 },
            Training = new TrainingOptions { Epochs = 2, TasksPerBatch = 16, LearningRate = 0.02, WarmupSteps = 5, EmbeddingL2 = 0 },
        };
        checkpoint = (await TrainingRun.StartAsync(pairs.Folder, configuration, pairs.PathOf("run"), cancellation: Cancellation)).CheckpointFolder;
        package = pairs.PathOf("package");
        var trained = Checkpoint.Read(checkpoint);
        ModelExporter.Export(trained, HandoffRecorder.Record(trained), package, cancellation: Cancellation);
    }

    public ValueTask DisposeAsync()
    {
        pairs.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task EmbedAndScore_ByTheCommandLine_ReachTheAucThatTrainingMeasured()
    {
        var report = await ModelEvaluation.RunAsync(
            new EvaluationOptions { Dataset = pairs.Folder, Models = [new EvaluatedModel("both", [checkpoint])], BootstrapDraws = 0 }, cancellation: Cancellation);

        await CommandRun.SucceedAsync("embed", "--package", package, "--dataset", pairs.Folder, "--out", pairs.PathOf("snapshots"));
        await CommandRun.SucceedAsync("score", "--package", package, "--dataset", pairs.Folder, "--snapshot", pairs.PathOf("snapshots"), "--out", pairs.PathOf("scores.csv"));

        var rows = File.ReadLines(pairs.PathOf("scores.csv")).Skip(1).Select(line => line.Split(',')).ToArray();
        Assert.Equal(PairDataset.RowCount(Split.Test), rows.Length);
        Assert.All(rows, row => Assert.Equal("false", row[^1], ignoreCase: true)); // none without a stored embedding
        Assert.Equal(report.Find("both", ScoringMode.FineTunedStored)!.Auc!.Mean, Auc(rows), 1e-6);
    }

    [Fact]
    public async Task RunAsync_OfTheRounds_WritesBothSidesForOneBundle()
    {
        var model = ModelPackage.Open(package);
        var reports = await JointEmbedder.RunAsync(model, Dataset.Open(pairs.Folder), pairs.PathOf("snapshots"), cancellation: Cancellation);

        Assert.Equal(["item", "member"], reports.Keys.Order());
        foreach (var block in model.Manifest.Model.MetaBlocks)
        {
            using var snapshot = await SnapshotReader.OpenAsync(Path.Combine(pairs.PathOf("snapshots"), JointEmbedder.FileOf(block.Task)), Cancellation);
            Assert.Equal((model.Manifest.BundleId, block.Task, block.EmbeddingSize), (snapshot.Info.BundleId, snapshot.Info.Task, snapshot.Info.EmbeddingSize));
            Assert.Equal(reports[block.Task].TaskCount, snapshot.RowCount);
            Assert.True(reports[block.Task].MeanLossAfter < reports[block.Task].MeanLossBefore);
        }
    }

    [Fact]
    public async Task RunAsync_Cancelled_LeavesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => JointEmbedder.RunAsync(ModelPackage.Open(package), Dataset.Open(pairs.Folder), pairs.PathOf("snapshots"), cancellation: cancelled.Token));

        Assert.False(Directory.Exists(pairs.PathOf("snapshots")));
        Assert.False(Directory.Exists(pairs.PathOf("snapshots.partial")));
    }

    [Fact]
    public async Task RunAsync_WithoutASnapshotOfOneSide_SaysWhichIsMissing()
    {
        var model = ModelPackage.Open(package);
        await JointEmbedder.RunAsync(model, Dataset.Open(pairs.Folder), pairs.PathOf("snapshots"), cancellation: Cancellation);
        File.Delete(Path.Combine(pairs.PathOf("snapshots"), "item.parquet"));

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => BatchScorer.RunAsync(
            model, Dataset.Open(pairs.Folder), pairs.PathOf("scores.csv"), new ScoreOptions { Snapshot = pairs.PathOf("snapshots") }, cancellation: Cancellation));

        Assert.Contains("item.parquet", fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(pairs.PathOf("scores.csv")));
    }

    /// <summary>Of the columns key, timestamp, row, label, logit: the share of pairs of unlike labels in the right order.</summary>
    internal static double Auc(string[][] rows)
    {
        double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        var (likes, others) = (rows.Where(row => Number(row[3]) > 0.5).Select(row => Number(row[4])).ToArray(), rows.Where(row => Number(row[3]) < 0.5).Select(row => Number(row[4])).ToArray());
        return likes.Average(like => others.Average(other => like > other ? 1 : like == other ? 0.5 : 0));
    }
}
