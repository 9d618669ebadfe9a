using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Refresh;

/// <summary>Windows, and datasets to replay into them, for models of <see cref="TestModel"/> with one task definition.</summary>
internal static class SampleWindows
{
    /// <summary>The sample schema with the definition 'member' alone, so that a row belongs to one task.</summary>
    public static DatasetSchema Schema { get; } = TestModel.Schema with { Tasks = [TestModel.Schema.Tasks[0]] };

    /// <summary>A window for each key; values depend on <paramref name="seed"/>.</summary>
    public static IReadOnlyList<Window> Of(int seed, params (string Key, int Count)[] tasks)
    {
        var random = new Random(seed);
        return [.. tasks.Select(task => new Window("member", task.Key, [.. Enumerable.Range(0, task.Count).Select(sample => Event(task.Key, 1_000_000L * (sample + 1), random))]))];
    }

    /// <summary>A source of listed windows.</summary>
    public static RefreshSource Source(IEnumerable<Window> windows) => new(42_000_000, task => windows.Where(window => window.Task == task));

    /// <summary>Writes a dataset of one task definition, rows in small row groups.</summary>
    public static async Task<Dataset> WriteDatasetAsync(string folder)
    {
        await using var writer = DatasetWriter.Create(folder, Schema, rowGroupRows: 16);
        await writer.AppendAsync("member", Split.Train, Rows(1, 0, ("a", 3), ("long", 40), ("one", 1), ("é", 12)));
        await writer.AppendAsync("member", Split.Validation, Rows(2, 1_000_000_000, ("a", 4), ("late", 2), ("long", 9)));
        await writer.CompleteAsync("{}");
        return Dataset.Open(folder);
    }

    /// <summary>The windows of a dataset's training and validation rows, in a store in <paramref name="folder"/>.</summary>
    public static async Task<WindowStore> ReplayAsync(Dataset dataset, string folder)
    {
        var events = await DatasetReplay.Read(dataset, [Split.Train, Split.Validation]).ToListAsync();
        var windows = WindowStore.Open(folder, EventSchema.For(Schema), new WindowOptions { MaxAge = TimeSpan.FromDays(10_000) });
        windows.Apply(events, events.Count);
        return windows;
    }

    private static RowGroup Rows(int seed, long time, params (string Key, int Count)[] tasks)
    {
        var rows = TestDataset.Rows(tasks, seed, time, Schema);
        var columns = new Dictionary<string, FeatureColumn>(rows.Columns) { ["genres"] = Genres(rows.RowCount) };
        return rows with { Rows = [.. Enumerable.Range(0, rows.RowCount).Select(row => (time / 1_000_000) + row)], Columns = columns };
    }

    // Each genre once a row, as prepared datasets have them.
    private static MultiValuedColumn Genres(int rows) => new(
        [.. Enumerable.Range(0, rows + 1).Select(row => 2 * row)],
        [.. Enumerable.Range(0, rows).SelectMany(row => new[] { 1 + (row % 3), 1 + ((row + 1) % 3) })]);

    private static InteractionEvent Event(string key, long time, Random random) => new()
    {
        Keys = new Dictionary<string, string> { ["member"] = key },
        EventTime = time,
        Label = random.Next(2),
        EventId = $"{key}-{time}",
        Features = new Dictionary<string, FeatureValue>
        {
            ["visits"] = new FeatureValue.Number(random.Next(60)),
            ["age"] = new FeatureValue.Number(random.Next(60)),
            ["member"] = new FeatureValue.Category(key),
            ["city"] = new FeatureValue.Category(((string[])["a", "b", "c"])[random.Next(3)]),
            ["item"] = new FeatureValue.Category($"i{random.Next(9)}"),
            ["genres"] = new FeatureValue.Categories(["x", "z"]),
            ["taste"] = new FeatureValue.Vector(Enumerable.Range(0, 4).Select(_ => random.NextSingle() - 0.5f).ToArray()),
        },
    };
}
