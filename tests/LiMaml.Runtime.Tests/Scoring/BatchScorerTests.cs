using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Scoring;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Scoring;

public sealed class BatchScorerTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Snapshot => folder["snapshot.parquet"];

    private string Output => folder["scores.csv"];

    [Fact]
    public async Task RunAsync_WithSnapshot_ScoresEachRowWithItsTasksEmbedding()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        await Embedder.RunAsync(package, dataset, Snapshot);
        var report = await BatchScorer.RunAsync(package, dataset, Output, new ScoreOptions { Snapshot = Snapshot });

        Assert.Equal((17L, 3L, 6L, 1L), (report.RowCount, report.ColdRowCount, report.TaskCount, report.ColdTaskCount));
        var table = ScoreTable.Csv(Output);
        Assert.Equal(["key", "timestamp", "row", "label", "logit", "probability", "cold"], table.Columns);
        var rows = await TestRowsAsync(dataset);
        Assert.Equal(rows.Keys, table["key"]);
        Assert.Equal(rows.Rows.Select(row => $"{row}"), table["row"]);
        Assert.Equal(rows.Keys.Select(key => key == "cold" ? "true" : "false"), table["cold"]);
        var (logits, probabilities) = await DirectAsync(package, rows);
        Assert.Equal(logits, table["logit"].Select(Number));
        Assert.Equal(probabilities, table["probability"].Select(Number));
        Assert.Equal(rows.Labels, table["label"].Select(Number));
        Assert.Equal(rows.Timestamps, table["timestamp"].Select(Microseconds));
    }

    [Fact]
    public async Task RunAsync_Parquet_HoldsWhatCsvHolds()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        await Embedder.RunAsync(package, dataset, Snapshot);
        await BatchScorer.RunAsync(package, dataset, Output, new ScoreOptions { Snapshot = Snapshot, Split = Split.Train });
        await BatchScorer.RunAsync(package, dataset, folder["scores.parquet"], new ScoreOptions { Snapshot = Snapshot, Split = Split.Train });

        var (csv, parquet) = (ScoreTable.Csv(Output), await ScoreTable.ParquetAsync(folder["scores.parquet"]));
        Assert.Equal(csv.Columns, parquet.Columns);
        Assert.Equal(csv.Rows, parquet.Rows);
        Assert.Equal(50, csv.Rows.Count);
        Assert.Contains("only \"train\", quoted", parquet["key"]);
    }

    [Fact]
    public async Task RunAsync_WithoutSnapshot_ScoresEveryRowUnadapted()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        var report = await BatchScorer.RunAsync(package, dataset, Output);
        Assert.Equal((17L, 17L, 6L, 6L), (report.RowCount, report.ColdRowCount, report.TaskCount, report.ColdTaskCount));
        using var scorer = Scorer.Open(package);
        var rows = await TestRowsAsync(dataset);
        var expected = scorer.Score(rows, [.. Enumerable.Range(0, rows.RowCount)], new Dictionary<string, ReadOnlyMemory<float>>());
        Assert.Equal(expected.Logits, ScoreTable.Csv(Output)["logit"].Select(Number));
        Assert.All(ScoreTable.Csv(Output)["cold"], cold => Assert.Equal("true", cold));
    }

    [Fact]
    public async Task RunAsync_RealLabels_WritesPredictions()
    {
        var package = TestModel.Package(TestModel.Real, folder["package"]);
        var dataset = await TestDataset.WriteAsync(folder["dataset"], TestModel.Schema with { Label = LabelKind.Real });
        await BatchScorer.RunAsync(package, dataset, Output);
        await BatchScorer.RunAsync(package, dataset, folder["scores.parquet"]);
        Assert.Equal(["key", "timestamp", "row", "label", "prediction", "cold"], ScoreTable.Csv(Output).Columns);
        Assert.Equal(ScoreTable.Csv(Output).Rows, (await ScoreTable.ParquetAsync(folder["scores.parquet"])).Rows);
    }

    [Fact]
    public async Task RunAsync_TwoDefinitions_JoinsTheOneAndComputesTheOther()
    {
        var package = TestModel.Package(TestModel.Two, folder["package"]);
        var dataset = await TestDataset.WriteAsync(folder["dataset"]);
        await Embedder.RunAsync(package, dataset, Snapshot, new EmbedOptions { Task = "item" });
        var report = await BatchScorer.RunAsync(package, dataset, Output, new ScoreOptions { Task = "item", Snapshot = Snapshot });
        Assert.Equal((17L, 3L), (report.RowCount, report.ColdRowCount));
    }

    [Fact]
    public async Task RunAsync_SnapshotOfAnotherBundle_NamesBothAndLeavesNothing()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        var other = TestModel.Package(TestModel.Mlp, folder["other"], seed: 2);
        await Embedder.RunAsync(other, dataset, Snapshot);
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() =>
            BatchScorer.RunAsync(package, dataset, Output, new ScoreOptions { Snapshot = Snapshot }));
        Assert.StartsWith($"snapshot {Snapshot}, bundle id: found {other.Manifest.BundleId}, expected {package.Manifest.BundleId}, ", fault.Message);
        Assert.Equal(["dataset", "other", "package", "snapshot.parquet"], folder.Names);
    }

    [Fact]
    public async Task RunAsync_SnapshotOfAnotherTask_NamesBoth()
    {
        var package = TestModel.Package(TestModel.Two, folder["package"]);
        var dataset = await TestDataset.WriteAsync(folder["dataset"]);
        await Embedder.RunAsync(package, dataset, Snapshot, new EmbedOptions { Task = "item" });
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() =>
            BatchScorer.RunAsync(package, dataset, Output, new ScoreOptions { Task = "member", Snapshot = Snapshot }));
        Assert.Equal($"snapshot {Snapshot}, task definition: found 'item' with 3 numbers a task, expected 'member' with 5.", fault.Message);
    }

    [Fact]
    public async Task RunAsync_SplitWithoutRows_SaysSo()
    {
        var (package, _) = await TestPackage.WithDatasetAsync(folder);
        await using (var writer = DatasetWriter.Create(folder["train"], TestModel.Schema))
        {
            await writer.AppendAsync("member", Split.Train, TestDataset.Rows([("a", 3)], seed: 1));
            await writer.AppendAsync("item", Split.Train, TestDataset.Rows([("a", 3)], seed: 1));
            await writer.CompleteAsync("{}");
        }

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => BatchScorer.RunAsync(package, Dataset.Open(folder["train"]), Output));
        Assert.Equal($"dataset {folder["train"]}, task definition 'member': found no rows, expected rows in test.", fault.Message);
    }

    [Fact]
    public async Task RunAsync_TaskLargerThanAPart_ScoresAllOfIt()
    {
        var package = TestModel.Package(TestModel.Exact, folder["package"]);
        await using (var writer = DatasetWriter.Create(folder["dataset"], TestModel.Schema))
        {
            await writer.AppendAsync("member", Split.Test, TestDataset.Rows([("a", 70_000), ("b", 1)], seed: 1));
            await writer.AppendAsync("item", Split.Test, TestDataset.Rows([("a", 1)], seed: 1));
            await writer.CompleteAsync("{}");
        }

        var report = await BatchScorer.RunAsync(package, Dataset.Open(folder["dataset"]), Output);
        Assert.Equal((70_001L, 2L), (report.RowCount, report.TaskCount));
        Assert.Equal(Enumerable.Range(0, 70_001).Select(row => $"{row}"), ScoreTable.Csv(Output)["row"]);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("parquet")]
    public async Task RunAsync_Cancelled_LeavesNothing(string format)
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        using var cancellation = new CancellationTokenSource();
        var progress = new Reports<RowProgress>(_ => cancellation.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BatchScorer.RunAsync(
            package, dataset, folder[$"scores.{format}"], new ScoreOptions { Split = Split.Train }, progress, cancellation.Token));
        Assert.Single(progress.All);
        Assert.Equal(["dataset", "package"], folder.Names);
    }

    [Fact]
    public async Task RunAsync_OutputThatCannotBe_IsRefusedBeforeAnyWork()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        await File.WriteAllTextAsync(Output, "precious");
        Assert.Contains("something there already", await Fault(Output));
        Assert.Equal($"output for scores: found '{folder["scores.txt"]}', expected a path that ends in .parquet or .csv.", await Fault(folder["scores.txt"]));
        Assert.Contains("no folder to write it to", await Fault(folder["missing/scores.csv"]));
        Assert.Equal("precious", await File.ReadAllTextAsync(Output));
        await BatchScorer.RunAsync(package, dataset, Output, new ScoreOptions { Overwrite = true });
        Assert.Equal(17, ScoreTable.Csv(Output).Rows.Count);

        async Task<string> Fault(string output) =>
            (await Assert.ThrowsAsync<InvalidInputException>(() => BatchScorer.RunAsync(package, dataset, output))).Message;
    }

    private static float Number(string text) => float.Parse(text, CultureInfo.InvariantCulture);

    private static long Microseconds(string time) =>
        (DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) - DateTimeOffset.UnixEpoch).Ticks / 10;

    private static async Task<RowGroup> TestRowsAsync(Dataset dataset) =>
        RowGroups.Concatenate(await dataset.ReadAsync("member", Split.Test).ToListAsync());

    /// <summary>Each row scored by itself, its embedding looked up in the whole snapshot.</summary>
    private async Task<(List<float> Logits, List<float> Probabilities)> DirectAsync(ModelPackage package, RowGroup rows)
    {
        using var scorer = Scorer.Open(package);
        using var reader = await SnapshotReader.OpenAsync(Snapshot);
        var snapshot = await reader.ReadAsync().SingleAsync();
        var (logits, probabilities) = (new List<float>(), new List<float>());
        for (var row = 0; row < rows.RowCount; row++)
        {
            var embeddings = new Dictionary<string, ReadOnlyMemory<float>>();
            if (Array.IndexOf(snapshot.Keys, rows.Keys[row]) is >= 0 and var task)
            {
                embeddings["member"] = snapshot.Embeddings.AsMemory(task * 5, 5);
            }

            var scores = scorer.Score(rows, [row], embeddings);
            logits.Add(scores.Logits![0]);
            probabilities.Add(scores.Predictions[0]);
        }

        return (logits, probabilities);
    }
}
