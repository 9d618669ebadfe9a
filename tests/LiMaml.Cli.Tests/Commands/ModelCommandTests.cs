using System.Text.Json.Nodes;

namespace LiMaml.Cli.Tests.Commands;

/// <summary>evaluate, export, verify, embed and score on what a quickstart made.</summary>
[Collection(SharedQuickstart.Name)]
public sealed class ModelCommandTests(QuickstartFixture quickstart) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Evaluate_WithoutTestRows_SaysSoAndWritesNothing()
    {
        Copy(quickstart.Dataset, folder["dataset"]);
        Directory.Delete(Path.Combine(folder["dataset"], "task=member", "split=test"), recursive: true);

        var line = (await CommandRun.OfAsync("evaluate", "--dataset", folder["dataset"], "--model", $"limaml={quickstart["limaml"]}", "--out", folder["report"])).AssertRefusal();

        Assert.Contains("no test rows", line, StringComparison.Ordinal);
        Assert.Equal(["dataset"], folder.Names());
    }

    [Fact]
    public async Task Score_WithoutRowsInTheSplit_SaysSoAndWritesNothing()
    {
        Copy(quickstart.Dataset, folder["dataset"]);
        Directory.Delete(Path.Combine(folder["dataset"], "task=member", "split=test"), recursive: true);

        var line = (await CommandRun.OfAsync("score", "--package", quickstart.Package, "--dataset", folder["dataset"], "--out", folder["scores.csv"])).AssertRefusal();

        Assert.Contains("rows in test", line, StringComparison.Ordinal);
        Assert.Equal(["dataset"], folder.Names());
    }

    [Fact]
    public async Task ExportVerifyEmbedScore_OfACheckpoint_GoThrough()
    {
        var exported = await CommandRun.SucceedAsync("export", "--checkpoint", quickstart["limaml"], "--out", folder["package"], "--metrics", quickstart["report.json"], "--profile", "widest");
        var verdict = await CommandRun.SucceedAsync("verify", "--package", folder["package"]);
        await CommandRun.SucceedAsync("embed", "--package", folder["package"], "--dataset", quickstart.Dataset, "--splits", "train", "--as-of", "2024-01-20", "--generation", "3", "--out", folder["snapshot.parquet"]);
        await CommandRun.SucceedAsync("embed", "--package", folder["package"], "--dataset", quickstart.Dataset, "--out", folder["snapshot.parquet"], "--overwrite");
        await CommandRun.SucceedAsync("score", "--package", folder["package"], "--dataset", quickstart.Dataset, "--snapshot", folder["snapshot.parquet"], "--split", "validation", "--out", folder["scores.csv"]);

        Assert.Contains("opset 9, IR version 4", exported, StringComparison.Ordinal);
        Assert.Contains("computes what was trained", verdict, StringComparison.Ordinal);
        Assert.StartsWith("key,timestamp,row,label,logit,probability,cold\n", await File.ReadAllTextAsync(folder["scores.csv"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(["package", "scores.csv", "snapshot.parquet"], folder.Names());
    }

    [Fact]
    public async Task Verify_BeyondTheTolerance_ExitsWith1()
    {
        var run = await CommandRun.OfAsync("verify", "--package", quickstart.Package, "--tolerance", "0");

        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.Contains("FAILED", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_ProviderThatIsNotThere_TellsWhatWasPassedOverAndWhatIsInUse()
    {
        var run = await CommandRun.OfAsync("verify", "--package", quickstart.Package, "--provider", "auto");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.SkipUnless(run.Output.Contains(" on Cpu: ", StringComparison.Ordinal), "this build has a GPU provider, and the machine a GPU");
        var lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("limaml: TensorRt was passed over, Cpu is in use: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("limaml: Cuda was passed over, Cpu is in use: ", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmbedScore_ProviderThatIsNotThere_AreDoneOnTheProcessorOrRefusedWhereAGpuIsRequired()
    {
        string[] embed = ["embed", "--package", quickstart.Package, "--dataset", quickstart.Dataset, "--provider", "cuda"];
        string[] score = ["score", "--package", quickstart.Package, "--dataset", quickstart.Dataset, "--provider", "cuda"];
        var embedded = await CommandRun.OfAsync([.. embed, "--out", folder["snapshot.parquet"]]);
        Assert.SkipUnless(embedded.Output.Contains(" on Cpu)", StringComparison.Ordinal), "this build has a GPU provider, and the machine a GPU");
        var scored = await CommandRun.OfAsync([.. score, "--out", folder["scores.csv"]]);

        Assert.All([embedded, scored], run => Assert.Contains("Cuda was passed over", run.Error, StringComparison.Ordinal));
        Assert.All([embedded, scored], run => Assert.Equal(ExitCodes.Success, run.ExitCode));
        foreach (var command in new[] { embed, score })
        {
            var refused = await CommandRun.OfAsync([.. command, "--require-gpu", "--out", folder["refused.parquet"]]);
            Assert.Contains("since a GPU is required", refused.AssertRefusal(), StringComparison.Ordinal);
        }

        Assert.Equal(["scores.csv", "snapshot.parquet"], folder.Names());
    }

    [Fact]
    public async Task Verify_OfAGraphThatDisagreesWithTheManifest_NamesWhatDiffers()
    {
        Copy(quickstart.Package, folder["package"]);
        var path = Path.Combine(folder["package"], "manifest.json");
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
        var meta = manifest["graphs"]!.AsArray().Single(graph => graph!["kind"]!.GetValue<string>() == "meta")!;
        var adapt = manifest["graphs"]!.AsArray().Single(graph => graph!["kind"]!.GetValue<string>() == "adapt")!;
        (meta["path"], adapt["path"]) = (adapt["path"]!.DeepClone(), meta["path"]!.DeepClone());
        await File.WriteAllTextAsync(path, manifest.ToJsonString(), TestContext.Current.CancellationToken);

        foreach (var command in new[] { "verify", "embed" })
        {
            var run = await CommandRun.OfAsync([command, "--package", folder["package"], .. command == "embed" ? new[] { "--dataset", quickstart.Dataset, "--out", folder["snapshot.parquet"] } : []]);

            Assert.Contains(command == "verify" ? "graph 'meta'" : "graph 'adapt'", run.AssertRefusal(), StringComparison.Ordinal);
        }

        Assert.Equal(["package"], folder.Names());
    }

    [Fact]
    public async Task Verify_OfAChangedGraph_NamesTheFile()
    {
        Copy(quickstart.Package, folder["package"]);
        var path = Path.Combine(folder["package"], "adapt", "1", "model.onnx");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        var line = (await CommandRun.OfAsync("verify", "--package", folder["package"])).AssertRefusal();

        Assert.Contains(Path.Combine("adapt", "1", "model.onnx"), line, StringComparison.Ordinal);
        Assert.Contains("SHA-256", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limaml", "name=folder")]
    [InlineData("limaml=", "name=folder")]
    [InlineData("limaml=none", "none")]
    public async Task Evaluate_OfABadModel_SaysWhatIsExpected(string model, string message)
    {
        var line = (await CommandRun.OfAsync("evaluate", "--dataset", quickstart.Dataset, "--model", model)).AssertRefusal();

        Assert.Contains(message, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_OfAFolderWithoutACheckpoint_SaysSo()
    {
        var line = (await CommandRun.OfAsync("export", "--checkpoint", quickstart.Dataset, "--out", folder["package"])).AssertRefusal();

        Assert.Contains("spec.json", line, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    public void Dispose() => folder.Dispose();

    private static void Copy(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
