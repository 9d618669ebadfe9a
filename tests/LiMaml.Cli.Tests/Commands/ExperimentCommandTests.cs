using LiMaml.Cli.Tests.Experiments;
using LiMaml.Models.Json;
using LiMaml.Training;
using LiMaml.Training.Experiments;

namespace LiMaml.Cli.Tests.Commands;

/// <summary>experiment, on a small dataset.</summary>
public sealed class ExperimentCommandTests(ExperimentFixture fixture) : IClassFixture<ExperimentFixture>
{
    [Fact]
    public async Task Experiment_List_NamesEachWithItsTable()
    {
        var output = await CommandRun.SucceedAsync("experiment", "--list");

        Assert.All(ExperimentCatalogue.All, experiment => Assert.Matches($@"(?m)^{experiment.Name}\s+{experiment.Paper}", output));
    }

    [Fact]
    public async Task Experiment_InParallel_TrainsInProcessesOfItsOwnAndAgainTrainsNothing()
    {
        var arguments = fixture.Arguments("cohorts", "--smoke", "--parallel", "2", "--threads", "1");
        var first = await CommandRun.SucceedAsync(arguments);
        var run = Assert.Single(Directory.GetDirectories(Path.Combine(fixture.Out, "runs"), "vanilla-*"));
        var trained = File.GetLastWriteTimeUtc(Path.Combine(run, "seed-1", "metrics.jsonl"));

        var second = await CommandRun.SucceedAsync(arguments);

        Assert.Contains("2 of 2: ", first, StringComparison.Ordinal);
        Assert.Contains("2 of 2 runs have been trained before.", second, StringComparison.Ordinal);
        Assert.Equal(trained, File.GetLastWriteTimeUtc(Path.Combine(run, "seed-1", "metrics.jsonl")));
    }

    [Fact]
    public async Task Experiment_WithRefits_ScoresTestRowsByThem()
    {
        var output = await CommandRun.SucceedAsync(fixture.Arguments("cohorts", "--smoke", "--refit", "--seed", "9"));

        Assert.Contains("2 of 2: LiMAML seed-9, refit, epochs: 1", output, StringComparison.Ordinal);
        var report = ContractJson.Read<ExperimentReport>(Path.Combine(fixture.Out, "cohorts", "report.json"));
        Assert.True(report.Refits);
        Assert.Contains(report.Provenance.Commands, command => command.Contains("train --refit", StringComparison.Ordinal));
        Assert.All(
            Directory.GetDirectories(Path.Combine(fixture.Out, "runs"), "seed-9", SearchOption.AllDirectories),
            run => Assert.True(File.Exists(Path.Combine(run, "refit", "checkpoint", "weights.safetensors")), run));
    }

    [Fact]
    public async Task Experiment_Interrupted_KeepsWhatWasTrainedAndGoesOn()
    {
        using var cancellation = new CancellationTokenSource();
        using var output = new CancellingWriter("  1 of 2: ", cancellation);
        var arguments = fixture.Arguments("aggregation", "--seed", "7", "--smoke");
        using var error = new StringWriter();

        var exitCode = await Application.RunAsync(arguments, Cli.Display.Terminal.Plain(output, error), cancellation.Token);
        var resumed = await CommandRun.SucceedAsync(arguments);

        Assert.Equal(ExitCodes.Interrupted, exitCode);
        Assert.Contains("The same command goes on", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 of 2 runs have been trained before.", resumed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Experiment_Variants_AreConfigurationsThatTrainTakes()
    {
        await CommandRun.SucceedAsync(fixture.Arguments("freshness", "--smoke", "--only", "LiMAML"));

        var files = Directory.GetFiles(Path.Combine(fixture.Out, "freshness", "variants"));

        Assert.Equal(["limaml.json"], files.Select(Path.GetFileName));
        Assert.Equal(1, ContractJson.Read<TrainingConfiguration>(files[0]).Training.Epochs);
    }

    [Theory]
    [InlineData("experiment", "Which experiment?")]
    [InlineData("experiment table-3 --out o", "'--dataset' is required")]
    [InlineData("experiment table-3 --dataset d --out o --parallel 0", "--parallel: found '0'")]
    public async Task Parsing_OfABadCommandLine_NamesTheOption(string commandLine, string message)
    {
        var run = await CommandRun.OfAsync(commandLine.Split(' '));

        Assert.Equal(ExitCodes.InvalidInput, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("table-99", "", "one of table-3")]
    [InlineData("table-3", "--only|magic", "'magic'")]
    [InlineData("table-3", "--variant-config|vanilla", "variant=file")]
    public async Task Experiment_OfWhatIsNotThere_SaysWhatIs(string name, string others, string message)
    {
        var line = (await CommandRun.OfAsync(fixture.Arguments(name, others.Split('|', StringSplitOptions.RemoveEmptyEntries)))).AssertRefusal();

        Assert.Contains(message, line, StringComparison.Ordinal);
    }

    /// <summary>Interrupts when a line appears, as a person would.</summary>
    private sealed class CancellingWriter(string begin, CancellationTokenSource cancellation) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value?.StartsWith(begin, StringComparison.Ordinal) == true)
            {
                cancellation.Cancel();
            }
        }
    }
}
