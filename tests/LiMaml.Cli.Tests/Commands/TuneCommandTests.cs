using LiMaml.Cli.Tests.Experiments;
using LiMaml.Models.Json;
using LiMaml.Training;
using LiMaml.Training.Tuning;

namespace LiMaml.Cli.Tests.Commands;

/// <summary>tune, on a small dataset.</summary>
public sealed class TuneCommandTests(ExperimentFixture fixture) : IClassFixture<ExperimentFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Tune_OfASmallSpace_LeavesTheBestConfigurationAndAReport()
    {
        var space = folder.File("space.json", """{ "training.learningRate": { "from": 0.001, "to": 0.1, "scale": "log" }, "global.interaction": ["bilinear", "dotProduct"], "training.epochs": [2] }""");

        var output = await CommandRun.SucceedAsync(
            "tune", "--dataset", fixture.Dataset, "--config", fixture.Configuration, "--space", space, "--out", folder["tune"], "--trials", "3", "--finalists", "1", "--finalist-seeds", "2");

        var report = ContractJson.Read<TuningReport>(Path.Combine(folder["tune"], "report.json"));
        Assert.Equal(["best.json", "global-interaction.png", "report.html", "report.json", "report.md", "training-epochs.png", "training-learningRate.png", "trials", "trials.jsonl", "tune.json"],
            Directory.EnumerateFileSystemEntries(folder["tune"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(3, report.LastOfEach().Count);
        Assert.Equal(2, Assert.Single(report.Finalists).Score.Count);
        Assert.Contains("Best configuration: ", output, StringComparison.Ordinal);
        var best = ContractJson.Read<TrainingConfiguration>(Path.Combine(folder["tune"], "best.json"));
        Assert.InRange(best.Training.LearningRate, 0.001, 0.1);
        await CommandRun.SucceedAsync("train", "--dataset", fixture.Dataset, "--config", Path.Combine(folder["tune"], "best.json"), "--epochs", "1", "--out", folder["run"]);
    }

    [Fact]
    public async Task Tune_Interrupted_SaysHowToGoOn()
    {
        var space = folder.File("space.json", """{ "innerLoop.steps": [1, 2] }""");
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        var run = await CommandRun.OfAsync(cancellation.Token, "tune", "--dataset", fixture.Dataset, "--config", fixture.Configuration, "--space", space, "--out", folder["tune"]);

        Assert.Equal(ExitCodes.Interrupted, run.ExitCode);
        Assert.Contains("The same command goes on", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tune_OfASpaceThatIsNone_SaysWhatIsWrong()
    {
        var space = folder.File("space.json", """{ "innerLoop.steps": 3 }""");

        var line = (await CommandRun.OfAsync("tune", "--dataset", fixture.Dataset, "--space", space, "--out", folder["tune"])).AssertRefusal();

        Assert.Contains("innerLoop.steps: found 3, expected a list of values", line, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
