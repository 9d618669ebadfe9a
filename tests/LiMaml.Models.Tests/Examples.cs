using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Tests;

/// <summary>Valid values that tests start from.</summary>
internal static class Examples
{
    public static DatasetSchema Schema(LabelKind label = LabelKind.Binary) => new(
        DatasetSchema.CurrentFormatVersion,
        "example",
        label,
        [
            new DenseFeature("age", DenseTransform.Standardise, 30.5f, 10.25f),
            new DenseFeature("price", DenseTransform.Bucketise, Boundaries: [1f, 2.5f, 10f]),
            new CategoricalFeature("item", ["a", "b", "ünïcode \"quoted\""]),
            new CategoricalFeature("city", HashBuckets: 100),
            new MultiValuedFeature("genres", ["Action", "Drama", "War"], null, 2),
            new VectorFeature("text", 3),
        ],
        [
            new TaskDefinition("member", ["member_id"], ["age", "city"]),
            new TaskDefinition("member_type", ["member_id", "type"], ["genres"]),
        ]);

    public static ModelSpec Spec() => new()
    {
        MetaBlocks = [new MetaBlockSpec { Task = "member", Features = ["age", "city"], Layers = [new LayerSpec(8)], EmbeddingSize = 4 }],
        Global = new GlobalBlockSpec { Features = ["item", "genres"], Layers = [new LayerSpec(8)], Interaction = Interaction.Bilinear, ItemFeatures = ["item"] },
    };

    /// <summary>Rows of the tasks named, <paramref name="rowsEach"/> rows for each, columns filled by a seeded generator.</summary>
    public static RowGroup Rows(IReadOnlyList<string> tasks, int rowsEach, int seed = 1, bool eventIds = true)
    {
        var random = new Random(seed);
        var count = tasks.Count * rowsEach;
        var offsets = new int[count + 1];
        var genres = new List<int>();
        for (var row = 0; row < count; row++)
        {
            genres.AddRange(Enumerable.Range(1, random.Next(3)));
            offsets[row + 1] = genres.Count;
        }

        return new RowGroup
        {
            Keys = [.. tasks.SelectMany(task => Enumerable.Repeat(task, rowsEach))],
            Timestamps = [.. Enumerable.Range(0, count).Select(row => 1_600_000_000_000_000L + row % rowsEach)],
            Labels = [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(2))],
            Weights = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())],
            Rows = [.. Enumerable.Range(0, count).Select(row => (long)row)],
            EventIds = eventIds ? [.. Enumerable.Range(0, count).Select(row => $"event-{seed}-{row}")] : null,
            Columns = new Dictionary<string, FeatureColumn>
            {
                ["age"] = new DenseColumn([.. Enumerable.Range(0, count).Select(_ => random.NextSingle())]),
                ["price"] = new DenseColumn([.. Enumerable.Range(0, count).Select(_ => random.NextSingle())]),
                ["item"] = new CategoricalColumn([.. Enumerable.Range(0, count).Select(_ => random.Next(4))]),
                ["city"] = new CategoricalColumn([.. Enumerable.Range(0, count).Select(_ => random.Next(101))]),
                ["genres"] = new MultiValuedColumn(offsets, [.. genres]),
                ["text"] = new VectorColumn([.. Enumerable.Range(0, 3 * count).Select(_ => random.NextSingle())], 3),
            },
        };
    }
}
