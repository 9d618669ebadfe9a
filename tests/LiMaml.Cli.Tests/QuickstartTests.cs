using System.Text.Json.Nodes;
using LiMaml.Cli.Quickstart;
using LiMaml.Models.Json;

namespace LiMaml.Cli.Tests;

[Collection(QuickstartCollection.Name)]
public sealed class QuickstartTests(QuickstartFixture quickstart)
{
    private static readonly string[] Made = ["dataset", "embeddings.parquet", "evaluation", "limaml", "package", "quickstart.json", "report.json", "scores.parquet", "vanilla"];

    [Fact]
    public void Quickstart_OfFewRows_LeavesWhatItMade() =>
        Assert.Equal(Made, Directory.EnumerateFileSystemEntries(quickstart.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public void Report_OfAQuickstart_HasAucOfEachModelErrorAndTime()
    {
        var report = JsonNode.Parse(File.ReadAllText(quickstart["report.json"]))!;

        Assert.All(new[] { "vanilla", "vanillaFineTuned", "limaml", "limamlFineTuned" }, model => Assert.InRange(report["auc"]![model]!.GetValue<double>(), 0.2, 0.9));
        Assert.InRange(report["handoff"]!["maxRelativeError"]!.GetValue<double>(), 0, 1e-5);
        Assert.True(report["seconds"]!.GetValue<double>() > 0);
        Assert.Equal(8, report["stepSeconds"]!.AsObject().Count);
    }

    [Fact]
    public void Scores_ThroughOnnx_HaveTheAucOfTheOfflineEvaluation()
    {
        var auc = ContractJson.Read<QuickstartReport>(quickstart["report.json"]).Auc;

        Assert.Equal(auc.LimamlStored, auc.Scored, QuickstartReport.AucTolerance);
        Assert.Contains("they agree", quickstart.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quickstart_OverOtherThings_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.File("letter.txt", "dear");

        (await CommandRun.OfAsync("quickstart", "--out", folder.Path)).AssertRefusal();

        Assert.Equal(["letter.txt"], folder.Names());
    }

    [Fact]
    public async Task Quickstart_Cancelled_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        var run = await CommandRun.OfAsync(cancellation.Token, "quickstart", "--rows", "1000", "--out", folder["quickstart"]);

        Assert.Equal(ExitCodes.Interrupted, run.ExitCode);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public void Folder_OfAnEarlierQuickstart_IsTakenAgainWithoutTouchingOtherFiles()
    {
        using var folder = new TemporaryFolder();
        var options = new QuickstartOptions(1000, 1, 1);
        using (var first = QuickstartFolder.Create(folder.Path, options))
        {
            folder.File("scores.parquet", "old");
            folder.File("mine.txt", "kept");
            first.Complete(new QuickstartReport(new QuickstartAuc(0, 0, 0, 0, 0, 0), new QuickstartHandoff(0), 1, new Dictionary<string, double>()));
        }

        using (QuickstartFolder.Create(folder.Path, options))
        {
            Assert.Equal(["mine.txt", "quickstart.json"], folder.Names());
        }

        Assert.Equal(["mine.txt"], folder.Names());
    }
}
