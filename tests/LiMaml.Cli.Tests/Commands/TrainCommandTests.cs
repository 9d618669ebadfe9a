using System.Text;
using LiMaml.Cli.Display;

namespace LiMaml.Cli.Tests.Commands;

/// <summary>train, on the dataset that a quickstart made.</summary>
[Collection(SharedQuickstart.Name)]
public sealed class TrainCommandTests(QuickstartFixture quickstart) : IDisposable
{
    private const string Small = """{ "metaBlock": { "task": "member", "features": ["country"], "layers": [] }, "global": { "features": ["topic", "type"], "layers": [] } }""";
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Train_WithSeveralSeeds_MakesARunForEachAndEvaluateTakesThemTogether()
    {
        var config = folder.File("train.json", Small);
        await CommandRun.SucceedAsync("train", "--dataset", quickstart.Dataset, "--out", folder["runs"], "--config", config, "--epochs", "1", "--seed", "2", "1", "--first-order");

        var table = await CommandRun.SucceedAsync("evaluate", "--dataset", quickstart.Dataset, "--model", $"small={folder["runs"]}", $"vanilla={quickstart["vanilla"]}", "--out", folder["report"]);

        Assert.Equal(["seed-1", "seed-2"], Directory.GetDirectories(folder["runs"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("±", table, StringComparison.Ordinal);
        Assert.Equal(["report.json", "report.md"], Directory.GetFiles(folder["report"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Train_AlgorithmsInAnyCase_TrainAndExportWhatAnEmbeddingCanCarry()
    {
        var config = folder.File("train.json", """{ "global": { "features": ["topic", "type"], "layers": [] }, "training": { "epochs": 1 } }""");
        string[] Line(string run, string algorithm) => ["train", "--dataset", quickstart.Dataset, "--out", folder[run], "--config", config, "--algorithm", algorithm];

        Assert.Contains("LiMAML epoch 1", await CommandRun.SucceedAsync(Line("limaml", "liMaml")), StringComparison.Ordinal);
        Assert.Contains("wide-and-deep epoch 1", await CommandRun.SucceedAsync(Line("wide", "wideanddeep")), StringComparison.Ordinal);
        Assert.Contains("MAML epoch 1", await CommandRun.SucceedAsync(Line("maml", "MAML")), StringComparison.Ordinal);
        var line = (await CommandRun.OfAsync("export", "--checkpoint", folder["maml"], "--out", folder["package"])).AssertRefusal();

        Assert.Contains("fineTuning.adapts: found network, expected metaBlock", line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["package"]));
    }

    [Fact]
    public async Task Train_UnknownAlgorithm_ListsTheKnownOnes()
    {
        var run = await CommandRun.OfAsync("train", "--dataset", quickstart.Dataset, "--out", folder["run"], "--algorithm", "maml2");

        Assert.Equal(ExitCodes.InvalidInput, run.ExitCode);
        Assert.All(["vanilla", "liMaml", "maml", "wideAndDeep"], name => Assert.Contains($"'{name}'", run.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Train_Interrupted_SaysHowToGoOnAndResumes()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        var config = folder.File("train.json", Small);

        var interrupted = await CommandRun.OfAsync(cancellation.Token, "train", "--dataset", quickstart.Dataset, "--out", folder["run"], "--config", config, "--epochs", "1");

        Assert.Equal(ExitCodes.Interrupted, interrupted.ExitCode);
        Assert.Contains($"limaml train --resume {folder["run"]}", interrupted.Error, StringComparison.Ordinal);
        Assert.Contains("Best epoch 1 of 1", await CommandRun.SucceedAsync("train", "--resume", folder["run"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_ResumingAFinishedRun_SaysWhatCameOfIt()
    {
        var output = await CommandRun.SucceedAsync("train", "--resume", quickstart["vanilla"]);

        Assert.Contains("is complete", output, StringComparison.Ordinal);
        Assert.Contains("Best epoch 1 of 1", output, StringComparison.Ordinal);
        Assert.Contains("Nothing was left to train", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_SeveralSeedsInterruptedInTheSecond_ResumesItAndBeginsTheThird()
    {
        var config = folder.File("train.json", Small);
        string[] Line(string runs) => ["train", "--dataset", quickstart.Dataset, "--out", folder[runs], "--config", config, "--epochs", "2", "--seed", "1", "2", "3"];
        await CommandRun.SucceedAsync(Line("whole"));

        using var interruption = new CancellationTokenSource();
        using var output = new Interrupter("seed-2 epoch 1 of", interruption);
        var error = new StringWriter();
        var exitCode = await Application.RunAsync(Line("parts"), Terminal.Plain(TextWriter.Synchronized(output), TextWriter.Synchronized(error)), interruption.Token);
        var first = Files(folder["parts/seed-1"]);
        var resumed = await CommandRun.SucceedAsync("train", "--resume", folder["parts"]);
        var again = await CommandRun.SucceedAsync("train", "--resume", folder["parts"]);

        Assert.Equal(ExitCodes.Interrupted, exitCode);
        Assert.Contains($"limaml train --resume {folder["parts"]}\n", error.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("seed-1 is complete.", resumed, StringComparison.Ordinal);
        Assert.DoesNotContain("seed-2 epoch 1 of", resumed, StringComparison.Ordinal); // goes on with the second epoch
        Assert.Contains("seed-2 epoch 2 of", resumed, StringComparison.Ordinal);
        Assert.Contains("seed-3 epoch 1 of", resumed, StringComparison.Ordinal);
        Assert.Equal(first, Files(folder["parts/seed-1"]));
        Assert.All(["seed-1", "seed-2", "seed-3"], seed => Assert.Equal(Weights("whole", seed), Weights("parts", seed)));
        Assert.Contains("seed-3 is complete.", again, StringComparison.Ordinal);
        Assert.Contains("Nothing was left to train.", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_Refit_TrainsAnewForAsManyEpochs()
    {
        var output = await CommandRun.SucceedAsync("train", "--refit", quickstart["vanilla"], "--out", folder["refit"]);

        Assert.Contains("epoch 1 of 1: loss", output, StringComparison.Ordinal);
        Assert.Contains("Refitted on training and validation rows; epochs: 1.", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder["refit"], "checkpoint", "weights.safetensors")));
    }

    [Theory]
    [InlineData("--refit run", "Option '--out' is required.")]
    [InlineData("--refit run --out refit --epochs 3", "--epochs: expected no other option with --refit")]
    [InlineData("--refit run --out refit --dataset d", "--dataset: expected no other option with --refit")]
    [InlineData("--resume run --refit run", "--refit: expected no other option with --resume")]
    public async Task Train_RefitWithOtherOptions_IsRefused(string arguments, string message)
    {
        var run = await CommandRun.OfAsync(["train", .. arguments.Split(' ')]);

        Assert.Equal(ExitCodes.InvalidInput, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_ResumingAFolderWithoutRuns_SaysSoAndWritesNothing()
    {
        var line = (await CommandRun.OfAsync("train", "--resume", folder.Path)).AssertRefusal();

        Assert.Contains("found a folder without a training run", line, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task Train_SeveralSeedsOverEarlierOnes_AsksForOverwrite()
    {
        var config = folder.File("train.json", Small);
        string[] line = ["train", "--dataset", quickstart.Dataset, "--out", folder["runs"], "--config", config, "--epochs", "1", "--seed"];
        await CommandRun.SucceedAsync([.. line, "1", "2"]);

        Assert.Contains("overwrite", (await CommandRun.OfAsync([.. line, "2", "3"])).AssertRefusal(), StringComparison.Ordinal);
        await CommandRun.SucceedAsync([.. line, "2", "3", "--overwrite"]);

        Assert.Equal(["seed-2", "seed-3"], Directory.GetDirectories(folder["runs"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<(string Name, DateTime Written)> Files(string run) =>
        [.. Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => (file, File.GetLastWriteTimeUtc(file)))];

    private byte[] Weights(string runs, string seed) => File.ReadAllBytes(Path.Combine(folder[runs], seed, "checkpoint", "weights.safetensors"));

    /// <summary>Interrupts once a line holds some text.</summary>
    private sealed class Interrupter(string at, CancellationTokenSource interruption) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            if (value?.Contains(at, StringComparison.Ordinal) == true)
            {
                interruption.Cancel();
            }
        }
    }
}
