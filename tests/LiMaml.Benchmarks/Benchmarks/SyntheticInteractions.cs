using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>A prepared dataset of random rows, as many for a member as chance has it, so that batches differ in size.</summary>
internal static class SyntheticInteractions
{
    internal const string Task = "member";
    internal const int MemberCount = 500;
    internal const int FewestRows = 2;
    internal const int MostRows = 30;
    internal const int ItemCount = 300;
    internal const int CityCount = 20;
    internal const int TagCount = 12;
    internal const int MostTags = 3;
    internal const int TasteLength = 8;

    internal static DatasetSchema Schema { get; } = new(
        DatasetSchema.CurrentFormatVersion,
        "synthetic",
        LabelKind.Binary,
        [
            new DenseFeature("tenure"),
            new DenseFeature("price"),
            new CategoricalFeature("city", HashBuckets: CityCount),
            new CategoricalFeature("item", HashBuckets: ItemCount),
            new MultiValuedFeature("tags", null, TagCount, MostTags),
            new VectorFeature("taste", TasteLength),
        ],
        [new TaskDefinition(Task, [Task], ["tenure", "city"])]);

    /// <summary>Writes training and validation rows.</summary>
    internal static async Task WriteAsync(string folder)
    {
        var random = new Random(1);
        await using var writer = DatasetWriter.Create(folder, Schema);
        await writer.AppendAsync(Task, Split.Train, Rows(random, 0, () => random.Next(FewestRows, MostRows + 1)));
        await writer.AppendAsync(Task, Split.Validation, Rows(random, MostRows, () => FewestRows));
        await writer.CompleteAsync("{}");
    }

    private static RowGroup Rows(Random random, int start, Func<int> count)
    {
        var places = Enumerable.Range(0, MemberCount).SelectMany(member => Enumerable.Range(start, count()).Select(place => (Member: member, Place: place))).ToArray();
        T[] Each<T>(Func<T> value) => [.. places.Select(_ => value())];
        return new RowGroup
        {
            Keys = Array.ConvertAll(places, place => $"m{place.Member:D4}"),
            Timestamps = Array.ConvertAll(places, place => place.Place * 1_000_000L),
            Labels = Each(() => (float)random.Next(2)),
            Weights = Each(() => 1f),
            Rows = Array.ConvertAll(places, place => ((long)place.Place * MemberCount) + place.Member),
            Columns = new Dictionary<string, FeatureColumn>
            {
                ["tenure"] = new DenseColumn(Each(random.NextSingle)),
                ["price"] = new DenseColumn(Each(random.NextSingle)),
                ["city"] = new CategoricalColumn(Each(() => random.Next(1 + CityCount))),
                ["item"] = new CategoricalColumn(Each(() => random.Next(1 + ItemCount))),
                ["tags"] = Tags(random, places.Length),
                ["taste"] = new VectorColumn([.. Enumerable.Range(0, places.Length * TasteLength).Select(_ => random.NextSingle())], TasteLength),
            },
        };
    }

    private static MultiValuedColumn Tags(Random random, int rows)
    {
        int[] offsets = [0, .. Enumerable.Range(0, rows).Select(_ => random.Next(MostTags + 1))];
        for (var row = 0; row < rows; row++)
        {
            offsets[row + 1] += offsets[row];
        }

        return new MultiValuedColumn(offsets, [.. Enumerable.Range(0, offsets[^1]).Select(_ => 1 + random.Next(TagCount))]);
    }
}
