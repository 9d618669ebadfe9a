using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Tests.Events;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Windows;

public sealed class DatasetReplayTests : IDisposable
{
    private static readonly Split[] History = [Split.Train, Split.Validation];
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_Splits_GivesEachRowOnceByTime()
    {
        var dataset = await TestDataset.WriteAsync(folder["dataset"]);
        var events = await DatasetReplay.Read(dataset, History, new ReplayOptions { Tasks = ["member"] }).ToListAsync();
        Assert.Equal(70, events.Count);
        Assert.Equal(events.Select(interaction => interaction.EventTime).Order(), events.Select(interaction => interaction.EventTime));
        Assert.Equal(70, events.Select(interaction => interaction.EventId).Distinct().Count());
        Assert.Equal("sample-1000000000000", events[0].EventId);
        Assert.Equal(["long", "one", "only \"train\", quoted", "recent", "w", "é"], events.Select(interaction => interaction.Keys["member"]).Distinct().Order(TaskKey.Comparer));
        var schema = EventSchema.For(dataset.Schema);
        Assert.All(events, interaction => schema.Validate(interaction, SampleEvents.Now, TimeSpan.Zero));
    }

    [Fact]
    public async Task Read_BeyondMemory_GivesTheSameAndCleansUp()
    {
        await using var writer = DatasetWriter.Create(folder["dataset"], TestModel.Schema);
        await writer.AppendAsync("member", Split.Train, TestDataset.Rows([("a", 900), ("b", 800), ("c", 700)], 1));
        await writer.AppendAsync("item", Split.Train, TestDataset.Rows([("i", 1000), ("j", 1400)], 1));
        await writer.CompleteAsync("{}");
        var dataset = Dataset.Open(folder["dataset"]);
        Directory.CreateDirectory(folder["temporary"]);
        var large = await DatasetReplay.Read(dataset, [Split.Train]).Select(SampleEvents.Text).ToListAsync();
        var small = await DatasetReplay.Read(dataset, [Split.Train], new ReplayOptions { SortBytes = 1 << 16, TemporaryFolder = folder["temporary"] }).Select(SampleEvents.Text).ToListAsync();
        Assert.Equal(2400, large.Count);
        Assert.Equal(large, small);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["temporary"]));
    }

    [Fact]
    public async Task Read_RowsOfSeveralDefinitions_HaveTheKeysOfAll()
    {
        var schema = TestModel.Schema with { Tasks = [new("member", ["member"], []), new("pair", ["item", "member"], [])] };
        var dataset = await WriteAsync(schema, [("member", Group(schema, ("a", 0, 0), ("a\\|b", 1, 1))), ("pair", Group(schema, ("x\\|y|a\\|b", 1, 1), ("z|c", 2, 2)))]);
        var events = await DatasetReplay.Read(dataset, [Split.Train]).ToListAsync();
        Assert.Equal([null, "x|y", "z"], events.Select(interaction => interaction.Keys.GetValueOrDefault("item")));
        Assert.Equal(["a", "a|b", "c"], events.Select(interaction => interaction.Keys["member"]));
    }

    [Fact]
    public async Task Read_EventIds_AreTheRows()
    {
        var schema = TestModel.Schema with { Tasks = [TestModel.Schema.Tasks[0]] };
        var dataset = await WriteAsync(schema, [("member", Group(schema, ("a", 0, 0)) with { EventIds = ["mine"] })]);
        Assert.Equal("mine", (await DatasetReplay.Read(dataset, [Split.Train]).SingleAsync()).EventId);
    }

    [Fact]
    public async Task Read_Indices_BecomeWords()
    {
        var schema = TestModel.Schema with { Tasks = [TestModel.Schema.Tasks[0]] };
        var rows = Group(schema, ("a", 0, 0)) with
        {
            Columns = new Dictionary<string, FeatureColumn>
            {
                ["visits"] = new DenseColumn([2]),
                ["age"] = new DenseColumn([3]),
                ["member"] = new CategoricalColumn([40]),
                ["city"] = new CategoricalColumn([2]),
                ["item"] = new CategoricalColumn([0]),
                ["genres"] = new MultiValuedColumn([0, 2], [3, 1]),
                ["taste"] = new VectorColumn([1, 2, 3, 4], 4),
            },
        };
        var read = await DatasetReplay.Read(await WriteAsync(schema, [("member", rows)]), [Split.Train]).SingleAsync();
        Assert.Equal(new FeatureValue.CategoryIndex(40), read.Features["member"]);
        Assert.Equal(new FeatureValue.Category("b"), read.Features["city"]);
        Assert.False(read.Features.ContainsKey("item"));
        Assert.Equal(new FeatureValue.Categories(["z", "x"]), read.Features["genres"]);
    }

    [Fact]
    public async Task Read_WhatIsNotThere_IsNamed()
    {
        var dataset = await TestDataset.WriteAsync(folder["dataset"]);
        await Refused([], null, "no rows");
        await Refused(History, new ReplayOptions { Tasks = [] }, "Tasks: found an empty list");
        await Refused(History, new ReplayOptions { Tasks = ["advertiser"] }, "found 'advertiser'");
        await Refused(History, new ReplayOptions { SortBytes = 1 }, "SortBytes: found 1");

        async Task Refused(Split[] splits, ReplayOptions? options, string message) => Assert.Contains(
            message, (await Assert.ThrowsAsync<InvalidInputException>(async () => await DatasetReplay.Read(dataset, splits, options).CountAsync())).Message);
    }

    [Theory]
    [InlineData(false, "json")]
    [InlineData(true, "json")]
    [InlineData(true, "protobuf")]
    [InlineData(true, "json", true)]
    public async Task Read_IntoWindows_GivesTheEmbeddingsOfTheDataset(bool shuffled, string format, bool transformer = false)
    {
        var package = TestModel.Package(transformer ? TestModel.Transformer : TestModel.Exact, folder["package"]);
        var dataset = await TestDataset.WriteAsync(folder["dataset"]);
        await Embedder.RunAsync(package, dataset, folder["snapshot"], new EmbedOptions { Splits = History });
        using var reader = await SnapshotReader.OpenAsync(folder["snapshot"]);
        var offline = await reader.ReadAsync().SingleAsync();

        var events = await DatasetReplay.Read(dataset, History, new ReplayOptions { Tasks = ["member"] }).ToArrayAsync();
        if (shuffled)
        {
            new Random(1).Shuffle(events);
        }

        var tasks = await WindowsAsync(package, dataset, events, format);
        using var adapter = Adapter.Open(package, "member");
        var adapted = adapter.Adapt(tasks);
        Assert.Equal(offline.Keys, tasks.Tasks.Select(task => tasks.Rows.Keys[task.Start]));
        Assert.Equal(offline.SupportCounts, tasks.Tasks.Select(task => task.Count));
        Assert.Equal(offline.Embeddings, adapted.Embeddings); // bit for bit
        Assert.Equal(offline.NewestEventTimes, tasks.Tasks.Select(task => tasks.Rows.Timestamps[task.Latest]));
    }

    private async Task<Runtime.Batches.TaskRows> WindowsAsync(ModelPackage package, Dataset dataset, InteractionEvent[] events, string name)
    {
        var schema = EventSchema.For(dataset.Schema);
        IEventFormat format = name == "json" ? new JsonEventFormat(schema) : new ProtobufEventFormat(schema);
        await Task.Yield();
        using var store = WindowStore.Open(folder["windows"], schema, new WindowOptions { Capacity = package.Manifest.Model.FineTuning.SupportCapacity });
        foreach (var batch in events.Chunk(9))
        {
            store.Apply([.. batch.Select(interaction => format.Read(format.Write(interaction, out var headers), headers))], 0);
        }

        using var adapter = Adapter.Open(package, "member");
        using var view = store.View();
        return WindowRows.Encode([.. view.Read("member")], package.Manifest.Schema, [.. adapter.Features]);
    }

    private async Task<Dataset> WriteAsync(DatasetSchema schema, IEnumerable<(string Task, RowGroup Rows)> groups)
    {
        await using var writer = DatasetWriter.Create(folder["own"], schema);
        foreach (var (task, rows) in groups)
        {
            await writer.AppendAsync(task, Split.Train, rows);
        }

        await writer.CompleteAsync("{}");
        return Dataset.Open(folder["own"]);
    }

    private static RowGroup Group(DatasetSchema schema, params (string Key, long Time, long Row)[] rows) => TestDataset.Rows([("", rows.Length)], 1, schema: schema) with
    {
        Keys = [.. rows.Select(row => row.Key)],
        Timestamps = [.. rows.Select(row => row.Time)],
        Rows = [.. rows.Select(row => row.Row)],
    };
}
