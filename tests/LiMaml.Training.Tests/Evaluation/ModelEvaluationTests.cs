using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Tests.Evaluation;

/// <summary>A model and rivals on the toy dataset, in every way of scoring at once.</summary>
[Collection(OneRunAtATime.Name)]
public sealed class ModelEvaluationTests : IAsyncLifetime
{
    private ToyDataset toy = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => toy = await ToyDataset.WriteAsync();

    public ValueTask DisposeAsync()
    {
        toy.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task RunAsync_EveryMode_HasALineEachAndAgreesWhereModesMustBeEqual()
    {
        var report = await ModelEvaluation.RunAsync(await EverythingAsync(), cancellation: Cancellation);

        var stored = report.Find("limaml", ScoringMode.FineTunedStored)!;
        Assert.Equal(stored.Auc, report.Find("limaml", ScoringMode.Replayed, variant: "never")!.Auc);
        Assert.Equal(stored.LogLoss, report.Find("limaml", ScoringMode.Replayed, variant: "never")!.LogLoss);
        Assert.Equal(stored.Auc!.Mean, report.Find("limaml", ScoringMode.Aggregated, variant: "mean")!.Auc!.Mean, 1e-9); // tenure is the same in all of a member's rows
        Assert.NotEqual(stored.LogLoss, report.Find("limaml", ScoringMode.Replayed, variant: "every-event")!.LogLoss);
        Assert.Equal(report.Find("limaml", ScoringMode.NoFineTuning)!.Auc!.Mean, report.Find("limaml", ScoringMode.FewShot, variant: "0")!.Auc!.Mean, 1e-9);
        Assert.Equal(stored.LogLoss!.Mean, report.Find("limaml", ScoringMode.FewShot, variant: "1000")!.LogLoss!.Mean, 1e-6);
        var rival = report.Rows.Last(row => row.Mode is ScoringMode.TasksRefitted && row.Slice is ReportSlice.All);
        Assert.Equal(rival.Auc, report.Find(rival.Model, ScoringMode.FewShot, variant: "1000")!.Auc);
        Assert.Equal(report.Find("limaml", ScoringMode.FineTuned)!.SampleCount, rival.SampleCount);
        Assert.Equal(2, report.Choices!.Count);
    }

    [Fact]
    public async Task RunAsync_Gains_LieInTheirIntervals()
    {
        var report = await ModelEvaluation.RunAsync(await EverythingAsync(), cancellation: Cancellation);

        Assert.Equal("limaml", report.Baseline);
        Assert.Null(report.Find("limaml", ScoringMode.NoFineTuning)!.Interval);
        Assert.All(
            report.Rows.Where(row => row is { Slice: ReportSlice.All, Interval: not null, Variant: not "0" }),
            row => Assert.InRange(row.Gain!.Value, row.Interval!.Low, row.Interval.High));
        Assert.True(report.Rows.Single(row => row.Mode is ScoringMode.Refitted && row.Slice is ReportSlice.All && row.Model.Contains("factor", StringComparison.Ordinal)).Interval!.Low > 0.1);
    }

    [Fact]
    public async Task RunAsync_LabelsOfTestRowsRedrawn_ChoosesTheSame()
    {
        var random = new Random(2);
        using var other = await ToyDataset.WriteAsync(relabel: (split, _, label) => split is Split.Test ? random.Next(2) : label);

        var report = await ModelEvaluation.RunAsync(RivalsOnly(toy), cancellation: Cancellation);
        var redrawn = await ModelEvaluation.RunAsync(RivalsOnly(other), cancellation: Cancellation);

        Assert.Equal(report.Choices, redrawn.Choices);
        Assert.InRange(redrawn.Rows.Max(row => row.Auc!.Mean), 0.3, 0.6);
    }

    [Fact]
    public async Task RunAsync_RivalsAlone_AreComparedWithTheFirst()
    {
        var report = await ModelEvaluation.RunAsync(RivalsOnly(toy), cancellation: Cancellation);

        Assert.Equal("matrix factorisation by kind", report.Baseline);
        Assert.Equal(0, report.Find(report.Baseline, ScoringMode.FittedToTraining)!.Gain);
        Assert.All(report.Rows, row => Assert.NotNull(row.Gain));
    }

    [Fact]
    public async Task RunAsync_GradedLabels_AreLearntAndJudgedByTheHalf()
    {
        using var graded = await ToyDataset.WriteAsync(relabel: (_, _, liked) => liked == 1 ? 0.7f : 0.2f, label: LabelKind.Graded);
        var outcome = await TrainingRun.StartAsync(graded.Folder, TrainingRunTests.Configuration(), graded.PathOf("run"), cancellation: Cancellation);
        var report = await ModelEvaluation.RunAsync(RivalsOnly(graded) with { Models = [new EvaluatedModel("limaml", [outcome.CheckpointFolder])] }, cancellation: Cancellation);

        var tuned = report.Rows.Single(row => row.Model == "limaml" && row.Mode is ScoringMode.FineTuned && row.Slice is ReportSlice.All);
        Assert.InRange(tuned.Auc!.Mean, 0.8, 1);
        Assert.Equal(outcome.BestValidationAuc, tuned.Auc.Mean, 0.1);
        Assert.InRange(tuned.LogLoss!.Mean, 0.5, 0.69); // the entropy of such grades is 0.56, on average
        Assert.Contains(report.Rows, row => row.Model.StartsWith("matrix factorisation", StringComparison.Ordinal) && row.Auc!.Mean > 0.6);
    }

    [Fact]
    public async Task RunAsync_NoModelAndNoRival_SaysWhatIsNeeded()
    {
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => ModelEvaluation.RunAsync(new EvaluationOptions { Dataset = toy.Folder }, cancellation: Cancellation));

        Assert.Contains("at least one model with one checkpoint, or a rival", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToText_WithFewShot_HasATableOfItsOwn()
    {
        var report = await ModelEvaluation.RunAsync(RivalsOnly(toy) with { FewShot = [0, 4] }, cancellation: Cancellation);

        var tables = report.ToText().Split("\n\n");
        Assert.Equal(2, tables.Length);
        Assert.Contains("95 % interval", tables[0], StringComparison.Ordinal);
        Assert.DoesNotContain("≤ 4 samples", tables[0], StringComparison.Ordinal);
        Assert.Matches("^model +tasks +AUC, ≤ 0 samples +AUC, ≤ 4 samples +n tasks +n rows\n", tables[1]);
        Assert.Equal(report.ToText().Split('\n').Count(line => line.Contains("random effects", StringComparison.Ordinal)), report.ToMarkdown().Split('\n').Count(line => line.Contains("random effects", StringComparison.Ordinal)));
    }

    private static EvaluationOptions RivalsOnly(ToyDataset of) => new()
    {
        Dataset = of.Folder,
        Rivals = new RivalOptions { FactorisationItem = "kind", RandomEffects = [] },
        BootstrapDraws = 50,
    };

    private async Task<EvaluationOptions> EverythingAsync()
    {
        var configuration = TrainingRunTests.Configuration() with { Training = TrainingRunTests.Configuration().Training with { Epochs = 2 } };
        var outcome = await TrainingRun.StartAsync(toy.Folder, configuration, toy.PathOf("run"), cancellation: Cancellation);
        return RivalsOnly(toy) with
        {
            Models = [new EvaluatedModel("limaml", [outcome.CheckpointFolder])],
            Aggregations = [EmbeddingAggregation.Latest, EmbeddingAggregation.Mean],
            Cadences = [RefreshCadence.Never, RefreshCadence.EveryEvent],
            Cohorts = true,
            FewShot = [0, 1000],
            BootstrapDraws = 100,
        };
    }
}
