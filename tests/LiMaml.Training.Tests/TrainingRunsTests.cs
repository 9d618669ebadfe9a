using LiMaml.Models;

namespace LiMaml.Training.Tests;

[Collection(OneRunAtATime.Name)]
public sealed class TrainingRunsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Plan_ThenResumed_GivesTheRunThatStartGives()
    {
        using var toy = await ToyDataset.WriteAsync();
        var started = await TrainingRun.StartAsync(toy.Folder, WithSeed(2), toy.PathOf("run"), cancellation: Cancellation);

        var runs = TrainingRuns.Plan(toy.Folder, [WithSeed(3), WithSeed(2)], toy.PathOf("runs"));
        var resumed = await TrainingRun.ResumeAsync(runs[1], cancellation: Cancellation);

        Assert.Equal([Path.Combine(toy.PathOf("runs"), "seed-3"), Path.Combine(toy.PathOf("runs"), "seed-2")], runs);
        Assert.Equal(started.BestValidationAuc, resumed.BestValidationAuc);
        Assert.Equal(Weights(started), Weights(resumed));
        Assert.Null(TrainingRun.FindOutcome(runs[0]));
        Assert.Equal(resumed, TrainingRun.FindOutcome(runs[1]));
    }

    [Fact]
    public async Task Advance_UntilAnEpochThenResumed_GivesTheRunThatStartGives()
    {
        using var toy = await ToyDataset.WriteAsync();
        var started = await TrainingRun.StartAsync(toy.Folder, WithSeed(2), toy.PathOf("run"), cancellation: Cancellation);
        var run = TrainingRuns.Plan(toy.Folder, [WithSeed(2)], toy.PathOf("runs"))[0];

        var paused = await TrainingRun.AdvanceAsync(run, null, at => at.Epochs >= 1, Cancellation);
        var still = await TrainingRun.AdvanceAsync(run, null, at => at.Epochs >= 1, Cancellation);

        Assert.Equal((1, true), (paused.Epochs, paused.Interrupted));
        Assert.Equal(paused, still);
        Assert.Equal(paused.BestValidationAuc, Assert.Single(TrainingRun.ReadMetrics(run)).ValidationAuc);
        var resumed = await TrainingRun.ResumeAsync(run, cancellation: Cancellation);
        Assert.Equal(Weights(started), Weights(resumed));
        Assert.All(TrainingRun.ReadMetrics(run), epoch => Assert.True(epoch.TrainingSeconds > 0));
    }

    [Fact]
    public async Task Find_OfOneRun_IsItself()
    {
        using var toy = await ToyDataset.WriteAsync();
        var runs = TrainingRuns.Plan(toy.Folder, [WithSeed(1), WithSeed(2)], toy.PathOf("runs"));

        Assert.Equal([runs[1]], TrainingRuns.Find(runs[1]));
    }

    [Fact]
    public async Task Find_WhereAPlannedRunIsMissing_NamesIt()
    {
        using var toy = await ToyDataset.WriteAsync();
        var runs = TrainingRuns.Plan(toy.Folder, [WithSeed(1), WithSeed(2)], toy.PathOf("runs"));
        Directory.Delete(runs[1], recursive: true);

        var fault = Assert.Throws<InvalidInputException>(() => TrainingRuns.Find(toy.PathOf("runs")));

        Assert.Contains("seed-2: found no training run", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "seeds": [] }""")]
    [InlineData("""{ "seeds": [1, 1] }""")]
    public async Task Find_OfAPlanWithoutDistinctSeeds_SaysSo(string plan)
    {
        using var toy = await ToyDataset.WriteAsync();
        TrainingRuns.Plan(toy.Folder, [WithSeed(1)], toy.PathOf("runs"));
        await File.WriteAllTextAsync(Path.Combine(toy.PathOf("runs"), "runs.json"), plan, Cancellation);

        var fault = Assert.Throws<InvalidInputException>(() => TrainingRuns.Find(toy.PathOf("runs")));

        Assert.Contains("one or more seeds, each once", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OfADatasetWithoutValidationRows_WritesNothing()
    {
        using var toy = await ToyDataset.WriteAsync(withValidation: false);

        Assert.Throws<InvalidInputException>(() => TrainingRuns.Plan(toy.Folder, [WithSeed(1), WithSeed(2)], toy.PathOf("runs")));

        Assert.False(Directory.Exists(toy.PathOf("runs")));
    }

    private static TrainingConfiguration WithSeed(int seed)
    {
        var configuration = TrainingRunTests.Configuration();
        return configuration with { Training = configuration.Training with { Seed = seed, Epochs = 2 } };
    }

    private static byte[] Weights(TrainingOutcome outcome) => File.ReadAllBytes(Path.Combine(outcome.CheckpointFolder, "weights.safetensors"));
}
