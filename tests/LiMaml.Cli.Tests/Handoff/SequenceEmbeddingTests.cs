using LiMaml.Export;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using LiMaml.Training;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Handoff;
using LiMaml.Training.Outer;

namespace LiMaml.Cli.Tests.Handoff;

/// <summary>A transformer on its way from training over ONNX to scores: times and order of samples are the same at every stage.</summary>
public sealed class SequenceEmbeddingTests
{
    [Theory]
    [InlineData(AdaptedLayers.ReadOut)]
    [InlineData(AdaptedLayers.All)]
    public async Task EmbedAndScore_ByTheCommandLine_ReachTheAucThatTrainingMeasured(AdaptedLayers adapts)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var pairs = await PairDataset.WriteAsync();
        var configuration = new TrainingConfiguration
        {
            MetaBlock = new MetaBlockSpec
            {
                Task = "member",
                Kind = MetaBlockKind.Transformer,
                Features = ["tenure"],
                EmbeddingSize = 4,
                Transformer = new TransformerSpec { Width = 8, FeedForward = 8, Sequence = ["item_id", "price"], Adapts = adapts },
            },
            InnerLoop = new InnerLoopSpec { Steps = 2, StepRule = adapts is AdaptedLayers.ReadOut ? StepRule.CurvatureBound : StepRule.Constant, StepSize = 0.03, SupportCapacity = 9 },
            Training = new TrainingOptions { Epochs = 2, TasksPerBatch = 16, LearningRate = 0.02, WarmupSteps = 5, EmbeddingL2 = 0 },
        };
        var checkpoint = (await TrainingRun.StartAsync(pairs.Folder, configuration, pairs.PathOf("run"), cancellation: cancellation)).CheckpointFolder;
        var trained = Checkpoint.Read(checkpoint);
        ModelExporter.Export(trained, HandoffRecorder.Record(trained), pairs.PathOf("package"), cancellation: cancellation);
        var report = await ModelEvaluation.RunAsync(
            new EvaluationOptions { Dataset = pairs.Folder, Models = [new EvaluatedModel("sequence", [checkpoint])], BootstrapDraws = 0 }, cancellation: cancellation);

        await CommandRun.SucceedAsync("verify", "--package", pairs.PathOf("package"));
        await CommandRun.SucceedAsync("embed", "--package", pairs.PathOf("package"), "--dataset", pairs.Folder, "--out", pairs.PathOf("snapshot.parquet"));
        await CommandRun.SucceedAsync("score", "--package", pairs.PathOf("package"), "--dataset", pairs.Folder, "--snapshot", pairs.PathOf("snapshot.parquet"), "--out", pairs.PathOf("scores.csv"));

        var rows = File.ReadLines(pairs.PathOf("scores.csv")).Skip(1).Select(line => line.Split(',')).ToArray();
        Assert.Equal(PairDataset.RowCount(Split.Test), rows.Length);
        Assert.Equal(report.Find("sequence", ScoringMode.FineTunedStored)!.Auc!.Mean, JointEmbeddingTests.Auc(rows), 1e-4);
    }
}
