using System.Text.Json.Nodes;

namespace LiMaml.Cli.Tests.Commands;

/// <summary>evaluate, on the dataset and models that a quickstart made.</summary>
[Collection(SharedQuickstart.Name)]
public sealed class EvaluateCommandTests(QuickstartFixture quickstart) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Evaluate_InEveryWay_HasALineForEachInTheSameTable()
    {
        await CommandRun.SucceedAsync(
            "evaluate", "--dataset", quickstart.Dataset, "--model", $"vanilla={quickstart["vanilla"]}", $"limaml={quickstart["limaml"]}", "--factorisation", "topic", "--random-effects",
            "--aggregation", "max,mean", "cosine", "--cadence", "weekly", "12:00:00", "--cohorts", "--few-shot", "0", "4", "--bootstrap", "20", "--out", folder["report"]);

        var rows = JsonNode.Parse(File.ReadAllText(folder["report/report.json"]))!["rows"]!.AsArray();
        string[] Lines(string model) => [.. rows.Where(row => row!["model"]!.GetValue<string>() == model && row["slice"]!.GetValue<string>() == "all").Select(row => $"{row!["mode"]} {row["variant"]}".TrimEnd())];
        string[] expected = ["noFineTuning", "fineTuned", "fineTunedStored", "aggregated max", "aggregated mean", "aggregated cosine", "replayed weekly", "replayed every 12:00:00", "fewShot 0", "fewShot 4"];
        Assert.Equal(expected, Lines("limaml"));
        Assert.Equal(expected, Lines("vanilla"));
        Assert.Equal(["fittedToTraining", "tasksRefitted", "refitted", "fewShot 0", "fewShot 4"], Lines("matrix factorisation by topic"));
        Assert.Equal(["fittedToTraining", "tasksRefitted", "refitted", "fewShot 0", "fewShot 4"], Lines("random effects per member"));
        Assert.Single(rows.Where(row => row!["slice"]!.GetValue<string>() == "all").Select(row => row!["sampleCount"]!.GetValue<int>()).Distinct());
        var page = File.ReadAllText(folder["report/report.md"]);
        Assert.Contains("Chosen on validation rows for matrix factorisation by topic: ", page, StringComparison.Ordinal);
        Assert.Contains("95 % interval", page, StringComparison.Ordinal);
        Assert.Contains("| frequent |", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cadence", "often", "every-event")]
    [InlineData("--factorisation", "tea", "topic")]
    [InlineData("--random-effects", "tea", "topic")]
    [InlineData("--few-shot", "-1", "0 or more")]
    public async Task Evaluate_OfSomethingUnknown_SaysWhatThereIs(string option, string value, string expected)
    {
        var line = (await CommandRun.OfAsync("evaluate", "--dataset", quickstart.Dataset, "--model", $"vanilla={quickstart["vanilla"]}", option, value, "--out", folder["report"])).AssertRefusal();

        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    public void Dispose() => folder.Dispose();
}
