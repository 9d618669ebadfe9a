using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Tests.Joint;

[Collection(OneRunAtATime.Name)]
public sealed class JointTrainingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StartAsync_WhereBothSidesHaveATaste_LearnsToAdaptThemToEachOther()
    {
        using var pairs = await PairDataset.WriteAsync();
        var outcome = await TrainingRun.StartAsync(pairs.Folder, JointScene.Configuration, pairs.PathOf("run"), cancellation: Cancellation);

        var report = await ModelEvaluation.RunAsync(
            new EvaluationOptions { Dataset = pairs.Folder, Models = [new EvaluatedModel("both", [outcome.CheckpointFolder])], BootstrapDraws = 0, FewShot = [0, 4] }, cancellation: Cancellation);

        double Auc(ScoringMode mode, string? variant = null) => report.Find("both", mode, variant: variant)!.Auc!.Mean;
        Assert.InRange(Auc(ScoringMode.NoFineTuning), 0.35, 0.65); // features tell nothing
        Assert.True(Auc(ScoringMode.FineTunedStored) > 0.75, $"{Auc(ScoringMode.FineTunedStored)}");
        Assert.True(Auc(ScoringMode.FineTunedStored) > Auc(ScoringMode.FewShot, "0") + 0.1);
        Assert.Equal(
            ["nothing", "member only", "item only", "all, rounds: 1", "all, rounds: 2", "all, rounds: 3", "all, rounds: 5"],
            report.Rows.Where(row => row.Mode is ScoringMode.Refreshed && row.Slice is ReportSlice.All).Select(row => row.Variant));
        Assert.NotNull(Checkpoint.Read(outcome.CheckpointFolder).Model.Rounds);
    }

    [Fact]
    public async Task StartAsync_OfATransformerAndAnMlp_AdaptsThemToEachOther()
    {
        using var pairs = await PairDataset.WriteAsync();
        var blocks = JointScene.Configuration.MetaBlocks!;
        var member = blocks[0] with { Kind = MetaBlockKind.Transformer, Transformer = new TransformerSpec { Width = 8, FeedForward = 8, Sequence = ["item_id"] } };
        var outcome = await TrainingRun.StartAsync(pairs.Folder, JointScene.Configuration with { MetaBlocks = [member, blocks[1]] }, pairs.PathOf("run"), cancellation: Cancellation);

        var report = await ModelEvaluation.RunAsync(
            new EvaluationOptions { Dataset = pairs.Folder, Models = [new EvaluatedModel("both", [outcome.CheckpointFolder])], BootstrapDraws = 0 }, cancellation: Cancellation);

        Assert.InRange(report.Find("both", ScoringMode.FineTunedStored)!.Auc!.Mean, 0.7, 1);
    }

    [Fact]
    public async Task RunAsync_JudgedByItems_ScoresTheSameRows()
    {
        using var pairs = await PairDataset.WriteAsync();
        var configuration = JointScene.Configuration with { Training = JointScene.Configuration.Training with { Epochs = 1 } };
        var outcome = await TrainingRun.StartAsync(pairs.Folder, configuration, pairs.PathOf("run"), cancellation: Cancellation);
        Task<EvaluationReport> By(string task) => ModelEvaluation.RunAsync(
            new EvaluationOptions { Dataset = pairs.Folder, Task = task, Models = [new EvaluatedModel("both", [outcome.CheckpointFolder])], BootstrapDraws = 0 }, cancellation: Cancellation);

        var (members, items) = (await By("member"), await By("item"));

        var (byMember, byItem) = (members.Find("both", ScoringMode.FineTunedStored)!, items.Find("both", ScoringMode.FineTunedStored)!);
        Assert.Equal(PairDataset.RowCount(Split.Test), byItem.SampleCount);
        Assert.Equal(byMember.Auc!.Mean, byItem.Auc!.Mean, 1e-6);
        Assert.NotEqual(byMember.TaskCount, byItem.TaskCount);
    }

    [Fact]
    public async Task ResumeAsync_AfterAnInterruptionWithinAnEpoch_GivesTheSameWeights()
    {
        using var pairs = await PairDataset.WriteAsync();
        var whole = await TrainingRun.StartAsync(pairs.Folder, JointScene.Configuration, pairs.PathOf("whole"), cancellation: Cancellation);
        using var interruption = new CancellationTokenSource();
        var interrupted = await TrainingRun.StartAsync(
            pairs.Folder, JointScene.Configuration, pairs.PathOf("parts"), progress: new TrainingRunTests.Interrupter(interruption, afterEpoch: 2), cancellation: interruption.Token);

        var resumed = await TrainingRun.ResumeAsync(pairs.PathOf("parts"), cancellation: Cancellation);

        Assert.True(interrupted.Interrupted);
        Assert.Equal(whole.BestValidationAuc, resumed.BestValidationAuc);
        var others = Checkpoint.Read(resumed.CheckpointFolder).Weights;
        Assert.All(Checkpoint.Read(whole.CheckpointFolder).Weights, entry => Assert.Equal((float[])entry.Value.Data, (float[])others[entry.Key].Data));
    }

    [Fact]
    public async Task Resolve_OneMetaBlockInTheList_IsRefused()
    {
        using var pairs = await PairDataset.WriteAsync();
        var configuration = JointScene.Configuration with { MetaBlocks = [JointScene.Configuration.MetaBlocks![0]] };

        var fault = Assert.Throws<InvalidInputException>(() => configuration.Resolve(Dataset.Open(pairs.Folder).Schema));

        Assert.Contains("metaBlocks: found 1, expected two or more", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_MamlOverSeveralDefinitions_IsRefused()
    {
        using var pairs = await PairDataset.WriteAsync();

        var fault = Assert.Throws<InvalidInputException>(() => (JointScene.Configuration with { Algorithm = TrainingAlgorithm.Maml }).Resolve(Dataset.Open(pairs.Folder).Schema));

        Assert.Contains("algorithm", fault.Message, StringComparison.Ordinal);
    }
}
