using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Adaptation;

public sealed class EmbedderTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Snapshot => folder["snapshot.parquet"];

    [Fact]
    public async Task RunAsync_TwoSplits_EqualsAdaptingEachTaskAlone()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        var report = await Embedder.RunAsync(package, dataset, Snapshot);

        var (info, rows) = await ReadAsync(Snapshot);
        Assert.Equal((package.Manifest.BundleId, "member", 5, 0L), (info.BundleId, info.Task, info.EmbeddingSize, info.Generation));
        Assert.Equal(["long", "one", "only \"train\", quoted", "recent", "w", "é"], rows.Keys);
        Assert.Equal([12, 1, 5, 4, 12, 9], rows.SupportCounts);
        Assert.Equal((6L, 0L, 70L), (report.TaskCount, report.DivergedTaskCount, report.RowCount));
        using var adapter = Adapter.Open(package, "member");
        for (var task = 0; task < rows.RowCount; task++)
        {
            var support = await SupportAsync(dataset, rows.Keys[task]);
            var alone = adapter.Adapt(new TaskRows(support, [TaskRange.Of(0, support.RowCount)]));
            Assert.Equal(alone.Embeddings, rows.Embeddings[(task * 5)..((task + 1) * 5)]);
            Assert.Equal(alone.LossBefore[0], rows.LossBefore[task], 1e-5f);
            Assert.Equal(alone.LossAfter[0], rows.LossAfter[task], 1e-5f);
            Assert.Equal(support.Timestamps[^1], rows.NewestEventTimes[task]);
        }

        Assert.Equal(rows.LossBefore.Average(), report.MeanLossBefore, 1e-6);
        Assert.Equal(rows.LossAfter.Average(), report.MeanLossAfter, 1e-6);
    }

    [Fact]
    public async Task RunAsync_SmallChunks_WriteTheSameEmbeddings()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        await Embedder.RunAsync(package, dataset, Snapshot);
        await Embedder.RunAsync(package, dataset, folder["small.parquet"], new EmbedOptions { ChunkRows = 1, Adapter = new() { BatchRows = 1 } });
        var (large, small) = ((await ReadAsync(Snapshot)).Rows, (await ReadAsync(folder["small.parquet"])).Rows);
        Assert.Equal(large.Keys, small.Keys);
        Assert.Equal(large.Embeddings, small.Embeddings);
        Assert.Equal(large.SupportCounts, small.SupportCounts);
        Assert.Equal(large.NewestEventTimes, small.NewestEventTimes);
    }

    [Fact]
    public async Task RunAsync_WithoutAsOf_StampsTheNewestRow()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        var report = await Embedder.RunAsync(package, dataset, Snapshot);
        var newest = await dataset.ReadAsync("member", Split.Validation).Select(group => group.Timestamps.Max()).MaxAsync();
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(newest * 10), report.AsOf);
        Assert.Equal(report.AsOf, (await ReadAsync(Snapshot)).Info.AsOf);
    }

    [Fact]
    public async Task RunAsync_AsOf_IgnoresLaterRows()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        var asOf = DateTimeOffset.UnixEpoch.AddTicks(15_000_000_000_000); // between training and validation rows
        await Embedder.RunAsync(package, dataset, Snapshot, new EmbedOptions { AsOf = asOf, Generation = 7 });
        await Embedder.RunAsync(package, dataset, folder["train.parquet"], new EmbedOptions { Splits = [Split.Train] });
        var (bounded, train) = (await ReadAsync(Snapshot), await ReadAsync(folder["train.parquet"]));
        Assert.Equal((asOf, 7L), (bounded.Info.AsOf, bounded.Info.Generation));
        Assert.Equal(train.Rows.Keys, bounded.Rows.Keys);
        Assert.Equal(train.Rows.Embeddings, bounded.Rows.Embeddings);
        Assert.DoesNotContain("recent", bounded.Rows.Keys);
    }

    [Fact]
    public async Task RunAsync_TwoDefinitions_EmbedsTheOneNamed()
    {
        var package = TestModel.Package(TestModel.Two, folder["package"]);
        var dataset = await TestDataset.WriteAsync(folder["dataset"]);
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => Embedder.RunAsync(package, dataset, Snapshot));
        Assert.StartsWith("task definition: found none named, expected one that the model", fault.Message);
        await Embedder.RunAsync(package, dataset, Snapshot, new EmbedOptions { Task = "item" });
        var (info, rows) = await ReadAsync(Snapshot);
        Assert.Equal(("item", 3), (info.Task, info.EmbeddingSize));
        Assert.Equal(["i1", "i2", "i3", "i4", "i5", "i6"], rows.Keys);
    }

    [Fact]
    public async Task RunAsync_FineTuningThatRunsAway_KeepsTheUnadaptedEmbedding()
    {
        var package = TestModel.Package(TestModel.Diverging, folder["package"]);
        var dataset = await TestDataset.WriteAsync(folder["dataset"], TestModel.Schema with { Label = LabelKind.Real });
        var report = await Embedder.RunAsync(package, dataset, Snapshot);
        Assert.Equal(6, report.DivergedTaskCount);
        var (_, rows) = await ReadAsync(Snapshot);
        using var unadapted = UnadaptedEmbeddings.Open(package, "member");
        var support = await SupportAsync(dataset, "long");
        var expected = new float[5];
        unadapted.Embed(support, [support.RowCount - 1], expected);
        Assert.Equal(expected, rows.Embeddings[..5]);
        Assert.Equal(rows.LossBefore, rows.LossAfter);
    }

    [Fact]
    public async Task RunAsync_Progress_CountsEveryRow()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        var reports = new Reports<RowProgress>();
        await Embedder.RunAsync(package, dataset, Snapshot, new EmbedOptions { ChunkRows = 8 }, reports);
        Assert.True(reports.All.Count > 1);
        Assert.Equal(reports.All.Select(report => report.RowsDone).Order(), reports.All.Select(report => report.RowsDone));
        Assert.Equal((70L, 70L), (reports.All[^1].RowsDone, reports.All[^1].RowCount));
    }

    [Fact]
    public async Task RunAsync_Cancelled_LeavesNothing()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        using var cancellation = new CancellationTokenSource();
        var progress = new Reports<RowProgress>(_ => cancellation.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Embedder.RunAsync(package, dataset, Snapshot, new EmbedOptions { ChunkRows = 1 }, progress, cancellation.Token));
        Assert.Single(progress.All);
        Assert.Equal(["dataset", "package"], folder.Names);
    }

    [Fact]
    public async Task RunAsync_ExistingSnapshot_IsReplacedOnlyWhereAllowed()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        await File.WriteAllTextAsync(Snapshot, "precious");
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => Embedder.RunAsync(package, dataset, Snapshot));
        Assert.Contains("something there already", fault.Message);
        Assert.Equal("precious", await File.ReadAllTextAsync(Snapshot));
        await Embedder.RunAsync(package, dataset, Snapshot, new EmbedOptions { Overwrite = true });
        Assert.Equal(6, (await ReadAsync(Snapshot)).Rows.RowCount);
    }

    [Fact]
    public async Task RunAsync_DatasetOfAnotherVocabulary_NamesTheFeature()
    {
        var package = TestModel.Package(TestModel.Mlp, folder["package"]);
        var schema = TestModel.Schema with { Features = [.. TestModel.Schema.Features.Select(feature => feature.Name == "city" ? new CategoricalFeature("city", ["b", "a", "c"]) : feature)] };
        var dataset = await TestDataset.WriteAsync(folder["dataset"], schema);
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => Embedder.RunAsync(package, dataset, Snapshot));
        Assert.Equal(
            "feature 'city' of dataset 'sample': found categorical, a vocabulary of 3 (from 'b' to 'c'), expected categorical, a vocabulary of 3 (from 'a' to 'c'), as in the schema the model was trained with.",
            fault.Message);
        Assert.Equal(["dataset", "package"], folder.Names);
    }

    [Fact]
    public async Task RunAsync_UnsortedDataset_NamesTheRowAndLeavesNothing()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        var part = Path.Combine(dataset.Folder, "task=member", "split=train", "part-00000.parquet");
        File.Copy(part, part.Replace("00000", "00001", StringComparison.Ordinal));
        var unsorted = Dataset.Open(dataset.Folder);
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => Embedder.RunAsync(package, unsorted, Snapshot));
        Assert.Contains("part-00001.parquet", fault.Message);
        Assert.Contains("expected ascending keys", fault.Message);
        Assert.Equal(["dataset", "package"], folder.Names);
    }

    [Fact]
    public async Task RunAsync_OptionsOutOfRange_AreNamed()
    {
        var (package, dataset) = await TestPackage.WithDatasetAsync(folder);
        await Refused(new EmbedOptions { Splits = [] }, "Splits: found []");
        await Refused(new EmbedOptions { Splits = [Split.Train, Split.Train] }, "Splits: found [Train, Train]");
        await Refused(new EmbedOptions { ChunkRows = 0 }, "ChunkRows: found 0");
        await Refused(new EmbedOptions { Generation = -1 }, "Generation: found -1");
        await Refused(new EmbedOptions { Task = "item" }, "task definition: found 'item'");

        async Task Refused(EmbedOptions options, string message) => Assert.StartsWith(
            message, (await Assert.ThrowsAsync<InvalidInputException>(() => Embedder.RunAsync(package, dataset, Snapshot, options))).Message);
    }

    private static async Task<RowGroup> SupportAsync(Dataset dataset, string key)
    {
        var groups = new List<RowGroup>();
        foreach (var split in (Split[])[Split.Train, Split.Validation])
        {
            await foreach (var group in dataset.ReadAsync("member", split))
            {
                int[] rows = [.. Enumerable.Range(0, group.RowCount).Where(row => group.Keys[row] == key)];
                groups.AddRange(rows.Length == 0 ? [] : [group.Slice(rows[0], rows.Length)]);
            }
        }

        return RowGroups.Concatenate(groups);
    }

    private static async Task<(SnapshotInfo Info, SnapshotRows Rows)> ReadAsync(string path)
    {
        using var reader = await SnapshotReader.OpenAsync(path);
        return (reader.Info, await reader.ReadAsync().SingleAsync());
    }
}
