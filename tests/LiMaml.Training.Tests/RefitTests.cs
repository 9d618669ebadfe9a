using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests;

[Collection(OneRunAtATime.Name)]
public sealed class RefitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PlanRefits_ThenTrained_KeepsWhatValidationRowsChose()
    {
        using var toy = await ToyDataset.WriteAsync();
        var run = await TrainingRun.StartAsync(toy.Folder, Configuration(), toy.PathOf("run"), cancellation: Cancellation);

        var outcome = await RefitAsync(toy, "run", "refit");

        Assert.Equal((run.BestEpoch, run.BestEpoch, false), (outcome.BestEpoch, outcome.Epochs, outcome.Interrupted));
        Assert.True(double.IsNaN(outcome.BestValidationAuc));
        Assert.All(TrainingRun.ReadMetrics(toy.PathOf("refit")), epoch => Assert.Null(epoch.ValidationAuc));
        var (chosen, refit) = (Checkpoint.Read(run.CheckpointFolder), Checkpoint.Read(outcome.CheckpointFolder));
        Assert.Equal(chosen.Model.FineTuning, refit.Model.FineTuning);
        Assert.Equal("train and validation", (string?)refit.Provenance["rows"]);
        Assert.Contains(chosen.Weights, entry => !Values(entry.Value).SequenceEqual(Values(refit.Weights[entry.Key])));
    }

    [Fact]
    public async Task Refit_ValidationRowsOfOtherLabels_ChangeItsWeights()
    {
        using var toy = await ToyDataset.WriteAsync();
        using var other = await ToyDataset.WriteAsync(relabel: (split, _, label) => split is Split.Validation ? 1 - label : label);
        foreach (var dataset in new[] { toy, other })
        {
            await TrainingRun.StartAsync(dataset.Folder, Configuration() with { Training = Configuration().Training with { Epochs = 1 } }, dataset.PathOf("run"), cancellation: Cancellation);
        }

        var (first, second) = (await RefitAsync(toy, "run", "refit"), await RefitAsync(other, "run", "refit"));

        var (weights, others) = (Checkpoint.Read(first.CheckpointFolder).Weights, Checkpoint.Read(second.CheckpointFolder).Weights);
        Assert.Contains(weights, entry => !Values(entry.Value).SequenceEqual(Values(others[entry.Key])));
    }

    [Fact]
    public async Task Resume_OfAnInterruptedRefit_GivesTheSameWeights()
    {
        using var toy = await ToyDataset.WriteAsync();
        await TrainingRun.StartAsync(toy.Folder, Configuration(), toy.PathOf("run"), cancellation: Cancellation);
        var whole = await RefitAsync(toy, "run", "whole");
        TrainingRuns.PlanRefits(toy.PathOf("run"), toy.PathOf("parts"));
        using var interruption = new CancellationTokenSource();
        var interrupted = await TrainingRun.ResumeAsync(toy.PathOf("parts"), new TrainingRunTests.Interrupter(interruption, afterEpoch: 0), interruption.Token);

        var resumed = await TrainingRun.ResumeAsync(toy.PathOf("parts"), cancellation: Cancellation);

        Assert.True(interrupted.Interrupted);
        var others = Checkpoint.Read(resumed.CheckpointFolder).Weights;
        Assert.All(Checkpoint.Read(whole.CheckpointFolder).Weights, entry => Assert.Equal(Values(entry.Value), Values(others[entry.Key])));
    }

    [Fact]
    public async Task Refit_OfSeveralDefinitions_ServesTheRoundsThatWereChosen()
    {
        using var pairs = await PairDataset.WriteAsync();
        var configuration = Joint.JointScene.Configuration with { Training = Joint.JointScene.Configuration.Training with { Epochs = 2 } };
        var run = await TrainingRun.StartAsync(pairs.Folder, configuration, pairs.PathOf("run"), cancellation: Cancellation);
        TrainingRuns.PlanRefits(pairs.PathOf("run"), pairs.PathOf("refit"));

        var outcome = await TrainingRun.ResumeAsync(pairs.PathOf("refit"), cancellation: Cancellation);

        Assert.Equal(Checkpoint.Read(run.CheckpointFolder).Model.Rounds, Checkpoint.Read(outcome.CheckpointFolder).Model.Rounds);
        var report = await ModelEvaluation.RunAsync(
            new EvaluationOptions { Dataset = pairs.Folder, Models = [new EvaluatedModel("both", [outcome.CheckpointFolder])], BootstrapDraws = 0 }, cancellation: Cancellation);
        Assert.True(report.Find("both", ScoringMode.FineTunedStored)!.Auc!.Mean > 0.7);
    }

    [Fact]
    public async Task PlanRefits_OfSeveralSeeds_PlansOneForEach()
    {
        using var toy = await ToyDataset.WriteAsync();
        var runs = TrainingRuns.Plan(toy.Folder, [.. new[] { 3, 1 }.Select(seed => Configuration() with { Training = Configuration().Training with { Epochs = 1, Seed = seed } })], toy.PathOf("runs"));
        foreach (var run in runs)
        {
            await TrainingRun.ResumeAsync(run, cancellation: Cancellation);
        }

        var refits = TrainingRuns.PlanRefits(toy.PathOf("runs"), toy.PathOf("refits"));

        Assert.Equal([Path.Combine(toy.PathOf("refits"), "seed-3"), Path.Combine(toy.PathOf("refits"), "seed-1")], refits);
        Assert.All(refits, refit => Assert.Null(TrainingRun.FindOutcome(refit)));
    }

    [Fact]
    public async Task PlanRefits_OfARunThatHasNotEnded_SaysHowToEndIt()
    {
        using var toy = await ToyDataset.WriteAsync();
        var run = TrainingRuns.Plan(toy.Folder, [Configuration()], toy.PathOf("runs"))[0];

        var fault = Assert.Throws<InvalidInputException>(() => TrainingRuns.PlanRefits(run, toy.PathOf("refit")));

        Assert.Contains("found a run that has not ended, expected one that has: limaml train --resume", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(toy.PathOf("refit")));
    }

    [Fact]
    public async Task PlanRefits_OfARefit_IsRefused()
    {
        using var toy = await ToyDataset.WriteAsync();
        await TrainingRun.StartAsync(toy.Folder, Configuration() with { Training = Configuration().Training with { Epochs = 1 } }, toy.PathOf("run"), cancellation: Cancellation);
        await RefitAsync(toy, "run", "refit");

        var fault = Assert.Throws<InvalidInputException>(() => TrainingRuns.PlanRefits(toy.PathOf("refit"), toy.PathOf("again")));

        Assert.Contains("found a refit", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MergedRows_OfInterleavedTimes_OrdersEachTaskByTimeAndLeavesTestRowsAlone()
    {
        // Positions 0–2 train, 3–4 validation, 5–6 test; two tasks, the second without training rows.
        var ranges = new Dictionary<Split, RowRange[]>
        {
            [Split.Train] = [new RowRange(0, 3), default],
            [Split.Validation] = [new RowRange(3, 1), new RowRange(4, 1)],
            [Split.Test] = [new RowRange(6, 1), new RowRange(5, 1)],
        };

        var (order, merged) = MergedRows.Of(ranges, timestamps: [10, 20, 30, 20, 5, 40, 50], rowNumbers: [0, 1, 2, 3, 4, 5, 6]);

        Assert.Equal([0, 1, 3, 2, 4, 6, 5], order);
        Assert.Equal([new RowRange(0, 4), new RowRange(4, 1)], merged[Split.Train]);
        Assert.All(merged[Split.Validation], range => Assert.Equal(0, range.Count));
        Assert.Equal([new RowRange(5, 1), new RowRange(6, 1)], merged[Split.Test]);
    }

    [Fact]
    public async Task LoadAsync_Merging_KeepsEveryRowWithItsFeatures()
    {
        using var toy = await ToyDataset.WriteAsync();
        var dataset = Dataset.Open(toy.Folder);
        var model = Configuration().Resolve(dataset.Schema);
        using var apart = await TaskData.LoadAsync(dataset, model, CPU, cancellation: Cancellation);
        using var merged = await TaskData.LoadAsync(dataset, model, CPU, merges: true, cancellation: Cancellation);

        Assert.Equal(apart.CountRows(Split.Train) + apart.CountRows(Split.Validation), merged.CountRows(Split.Train));
        Assert.Equal(0, merged.CountRows(Split.Validation));
        Assert.Equal(Rows(apart), Rows(merged));
    }

    /// <summary>Row number → label, time and every input, in the order of numbers.</summary>
    private static IEnumerable<string> Rows(TaskData data)
    {
        var inputs = data.MetaInputs.Concat(data.GlobalInputs).Select(input => input.Value.to_type(ScalarType.Float32).data<float>().ToArray().Chunk((int)input.Value.shape[1]).ToArray()).ToArray();
        return data.RowNumbers.Select((number, row) => (number, Text: $"{number} {data.LabelValues[row]} {data.Timestamps[row]} {string.Join(' ', inputs.SelectMany(input => input[row]))}"))
            .OrderBy(entry => entry.number).Select(entry => entry.Text);
    }

    private static async Task<TrainingOutcome> RefitAsync(ToyDataset toy, string run, string refit)
    {
        var planned = Assert.Single(TrainingRuns.PlanRefits(toy.PathOf(run), toy.PathOf(refit)));
        return await TrainingRun.ResumeAsync(planned, cancellation: Cancellation);
    }

    private static TrainingConfiguration Configuration() => TrainingRunTests.Configuration() with { Training = TrainingRunTests.Configuration().Training with { Epochs = 3 } };

    private static float[] Values(NamedTensor tensor) => (float[])tensor.Data;
}
