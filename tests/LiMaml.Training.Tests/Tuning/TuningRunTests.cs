using System.Text;
using LiMaml.Models;
using LiMaml.Models.Json;
using LiMaml.Training.Tuning;

namespace LiMaml.Training.Tests.Tuning;

[Collection(OneRunAtATime.Name)]
public sealed class TuningRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_OfAToySpace_FindsTheLearningRateThatLearns()
    {
        using var toy = await ToyDataset.WriteAsync(withTest: false);
        var options = Options(toy, "tune", """{ "training.learningRate": [1e-7, 0.05], "innerLoop.stepSize": { "from": 0.05, "to": 0.5, "scale": "log" } }""");

        var report = await TuningRun.RunAsync(options, cancellation: Cancellation);

        Assert.Equal(0.05, report.Best.Training.LearningRate);
        Assert.Equal(ContractJson.Serialize(report.Best), await File.ReadAllBytesAsync(Path.Combine(options.Folder, TuningRun.BestFile), Cancellation));
        Assert.Equal(options.FinalistSeeds, report.Finalists[0].Score.Count);
        Assert.True(report.Finalists[0].Score.Mean >= report.Finalists[^1].Score.Mean);
        Assert.Equal(options.Trials, report.LastOfEach().Count);
        Assert.All(report.Entries.Where(entry => entry is { Rung: 0, End: TrialEnd.Paused }), entry => Assert.Equal(report.Rungs[0].Epochs, entry.Epochs));
    }

    [Fact]
    public async Task RunAsync_AfterInterruptions_GoesOnToTheSameResult()
    {
        using var toy = await ToyDataset.WriteAsync(withTest: false);
        const string Space = """{ "training.learningRate": { "from": 0.001, "to": 0.1, "scale": "log" } }""";
        var whole = await TuningRun.RunAsync(Options(toy, "whole", Space) with { Trials = 4, Finalists = 1 }, cancellation: Cancellation);

        var options = Options(toy, "parts", Space) with { Trials = 4, Finalists = 1 };
        foreach (var reports in new[] { 2, 9 })
        {
            using var interruption = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TuningRun.RunAsync(options, new Interrupter(interruption, reports), interruption.Token));
        }

        await File.AppendAllTextAsync(Path.Combine(options.Folder, "trials.jsonl"), """{ "trial": 3, "ru""", Cancellation); // as a crash may leave it
        var resumed = await TuningRun.RunAsync(options, cancellation: Cancellation);

        Assert.Equal(Lines(whole), Lines(resumed));
        Assert.Equal(whole.Finalists, resumed.Finalists);
    }

    [Fact]
    public async Task RunAsync_WithATrialWithoutFiniteScores_GoesOnWithTheOthers()
    {
        using var toy = await ToyDataset.WriteAsync(withTest: false);
        var options = Options(toy, "tune", """{ "training.learningRate": [0.02, 1e30] }""") with { Trials = 4, Finalists = 1, FinalistSeeds = 1 };

        var report = await TuningRun.RunAsync(options, cancellation: Cancellation);

        Assert.Equal(0.02, report.Best.Training.LearningRate);
        Assert.All(report.Entries.Where(entry => entry.Values["training.learningRate"]!.GetValue<double>() > 1), entry => Assert.Equal(TrialEnd.Failed, entry.End));
        Assert.Contains(report.Entries, entry => entry.Message?.Contains("finite", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task RunAsync_InTheFolderOfAnotherSearch_IsRefused()
    {
        using var toy = await ToyDataset.WriteAsync(withTest: false);
        var options = Options(toy, "tune", """{ "training.learningRate": [0.02] }""") with { Trials = 1, FinalistSeeds = 1 };
        await TuningRun.RunAsync(options, cancellation: Cancellation);

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => TuningRun.RunAsync(options with { Seed = 2 }, cancellation: Cancellation));

        Assert.Contains("a search with other options", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_OfAPathThatIsNone_TrainsNothing()
    {
        using var toy = await ToyDataset.WriteAsync(withTest: false);

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => TuningRun.RunAsync(Options(toy, "tune", """{ "training.pace": [1] }"""), cancellation: Cancellation));

        Assert.Contains("tuning, trial 1", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(toy.PathOf("tune")));
    }

    private static TuningOptions Options(ToyDataset toy, string folder, string space)
    {
        var configuration = TrainingRunTests.Configuration();
        return new TuningOptions
        {
            Dataset = toy.Folder,
            Folder = toy.PathOf(folder),
            Configuration = configuration with { Training = configuration.Training with { Epochs = 3 } },
            Space = SearchSpace.Parse(Encoding.UTF8.GetBytes(space), "space"),
            Trials = 6,
            Finalists = 2,
            FinalistSeeds = 2,
        };
    }

    private static IEnumerable<string> Lines(TuningReport report) => report.Entries.Select(entry => Encoding.UTF8.GetString(ContractJson.Serialize(entry)));

    private sealed class Interrupter(CancellationTokenSource source, int after) : IProgress<TuningProgress>
    {
        private int reports;

        public void Report(TuningProgress value)
        {
            if (++reports == after)
            {
                source.Cancel();
            }
        }
    }
}
