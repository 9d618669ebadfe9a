using System.Globalization;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Runtime.Tests.Samples;

/// <summary>Random rows for <see cref="TestModel"/>, and datasets of them.</summary>
internal static class TestDataset
{
    /// <summary>Tasks of the dataset that <see cref="WriteAsync"/> writes; some lack rows in some splits, one is known from test rows only.</summary>
    public static IReadOnlyList<(string Key, int Train, int Validation, int Test)> Members { get; } =
    [
        ("cold", 0, 0, 3), ("long", 30, 9, 4), ("one", 1, 0, 1), ("only \"train\", quoted", 5, 0, 0), ("recent", 0, 4, 2), ("w", 11, 1, 5), ("é", 3, 6, 2),
    ];

    /// <summary>A row group of <paramref name="tasks"/> with their row counts; event times grow from <paramref name="time"/> on.</summary>
    public static RowGroup Rows(IEnumerable<(string Key, int Count)> tasks, int seed, long time = 0, DatasetSchema? schema = null)
    {
        var random = new Random(seed);
        string[] keys = [.. tasks.OrderBy(task => task.Key, TestRows.KeyOrder).SelectMany(task => Enumerable.Repeat(task.Key, task.Count))];
        schema ??= TestModel.Schema;
        return new RowGroup
        {
            Keys = keys,
            Timestamps = [.. keys.Select((_, row) => time + (row * 1_000_003L))],
            Labels = [.. keys.Select(_ => (float)random.Next(2))],
            Weights = [.. keys.Select(_ => 0.5f + (random.Next(4) / 4f))],
            Rows = [.. keys.Select((_, row) => time + row)],
            Columns = schema.Features.ToDictionary(feature => feature.Name, feature => Column(feature, keys.Length, random)),
        };
    }

    /// <summary>Writes <see cref="Members"/>, and the same rows under a few items, in small row groups.</summary>
    public static async Task<Dataset> WriteAsync(string folder, DatasetSchema? schema = null, int rowGroupRows = 8)
    {
        schema ??= TestModel.Schema;
        await using var writer = DatasetWriter.Create(folder, schema, rowGroupRows: rowGroupRows);
        foreach (var (split, number) in Enum.GetValues<Split>().Select((split, number) => (split, number)))
        {
            var tasks = Members.Select(member => (member.Key, Count(member, split))).ToList();
            await writer.AppendAsync("member", split, Rows(tasks, number, 1_000_000_000_000L * (number + 1), schema));
            var items = tasks.Select((task, item) => (string.Create(CultureInfo.InvariantCulture, $"i{item}"), task.Item2));
            await writer.AppendAsync("item", split, Rows(items, 10 + number, 1_000_000_000_000L * (number + 1), schema));
        }

        await writer.CompleteAsync("{}");
        return Dataset.Open(folder);
    }

    private static int Count((string Key, int Train, int Validation, int Test) member, Split split) => split switch
    {
        Split.Train => member.Train,
        Split.Validation => member.Validation,
        _ => member.Test,
    };

    private static FeatureColumn Column(Feature feature, int rows, Random random) => feature switch
    {
        DenseFeature => new DenseColumn([.. Enumerable.Range(0, rows).Select(_ => (float)random.Next(60))]),
        CategoricalFeature categorical => new CategoricalColumn([.. Enumerable.Range(0, rows).Select(_ => random.Next(categorical.Size))]),
        VectorFeature vector => new VectorColumn([.. Enumerable.Range(0, rows * vector.Length).Select(_ => random.NextSingle() - 0.5f)], vector.Length),
        MultiValuedFeature multiValued => Lists(multiValued, rows, random),
        _ => throw new NotSupportedException(feature.Name),
    };

    private static MultiValuedColumn Lists(MultiValuedFeature feature, int rows, Random random)
    {
        var offsets = new int[rows + 1];
        var indices = new List<int>();
        for (var row = 0; row < rows; row++)
        {
            indices.AddRange(Enumerable.Range(0, random.Next(feature.MaxValues + 1)).Select(_ => 1 + random.Next(feature.Size - 1)).Distinct());
            offsets[row + 1] = indices.Count;
        }

        return new MultiValuedColumn(offsets, [.. indices]);
    }
}
