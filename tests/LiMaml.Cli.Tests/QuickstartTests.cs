using System.Text.Json.Nodes;
using LiMaml.Cli.Display;
using LiMaml.Cli.Quickstart;
using LiMaml.Models.Datasets;
using LiMaml.Models.Json;

namespace LiMaml.Cli.Tests;

[Collection(SharedQuickstart.Name)]
public sealed class QuickstartTests(QuickstartFixture quickstart)
{
    private static readonly string[] Made = ["dataset", "embeddings.parquet", "evaluation", "limaml", "package", "quickstart.json", "report.json", "scores.parquet", "state", "vanilla"];

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
        Assert.Equal(10, report["stepSeconds"]!.AsObject().Count);
    }

    [Fact]
    public void Scores_ThroughOnnx_HaveTheAucOfTheOfflineEvaluation()
    {
        var auc = ContractJson.Read<QuickstartReport>(quickstart["report.json"]).Auc;

        Assert.Equal(auc.LimamlStored, auc.Scored, QuickstartReport.AucTolerance);
        Assert.Contains("they agree", quickstart.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Streaming_ThroughKafka_HasTheScoresOfTheFile()
    {
        var (report, dataset) = (ContractJson.Read<QuickstartReport>(quickstart["report.json"]), Dataset.Open(quickstart.Dataset));
        var task = dataset.Schema.Tasks[0].Name;

        Assert.Equal(dataset.CountRows(task, Split.Train) + dataset.CountRows(task, Split.Validation), report.Streaming.Events);
        Assert.InRange(report.Streaming.Tasks, 1, report.Streaming.Events);
        Assert.Equal(dataset.CountRows(task, Split.Test), report.Streaming.TopicRows); // so few that the sample has all
        Assert.True(report.Streaming.EventsPerSecond > 0 && report.Streaming.HttpRowsPerSecond > 0);
        Assert.Equal(report.Auc.Scored, report.Auc.Streamed, QuickstartReport.AucTolerance);
        Assert.InRange(report.Streaming.MaxScoreError, 0, 1e-5);
        Assert.True(report.Agrees);
    }

    [Theory]
    [InlineData(0.6, 0, true)]
    [InlineData(0.6, 1e-3, false)]
    [InlineData(0.61, 0, false)]
    public void Report_OfAStreamedPath_AgreesWhereAucAndScoresDo(double streamed, double error, bool agrees) => Assert.Equal(
        agrees,
        new QuickstartReport(
            new QuickstartAuc(0.5, 0.5, 0.5, 0.6, 0.6, 0.6, streamed), new QuickstartHandoff(0), new QuickstartStreaming(1, 1, 1, 1, 1, error), 1, new Dictionary<string, double>()).Agrees);

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
    public async Task Quickstart_CancelledWhileTheWorkerRuns_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        using var output = new CancellingWriter("[10/10]", cancellation);

        var exitCode = await Application.RunAsync(
            ["quickstart", "--rows", "1000", "--epochs", "1", "--out", folder["quickstart"]], Terminal.Plain(output, TextWriter.Null), cancellation.Token);

        Assert.Equal(ExitCodes.Interrupted, exitCode);
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
            first.Complete(new QuickstartReport(new QuickstartAuc(0, 0, 0, 0, 0, 0, 0), new QuickstartHandoff(0), new QuickstartStreaming(0, 0, 0, 0, 0, 0), 1, new Dictionary<string, double>()));
        }

        using (QuickstartFolder.Create(folder.Path, options))
        {
            Assert.Equal(["mine.txt", "quickstart.json"], folder.Names());
        }

        Assert.Equal(["mine.txt"], folder.Names());
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
