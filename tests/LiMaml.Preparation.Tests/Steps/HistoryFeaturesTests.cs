using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Tests.Steps;

public class HistoryFeaturesTests
{
    private static readonly HistoryFeature[] EveryKind =
    [
        new() { Name = "count", Of = HistoryStatistic.Count, By = ["member"] },
        new() { Name = "rate", Of = HistoryStatistic.Rate, By = ["member"], Smoothing = 2 },
        new() { Name = "odds", Of = HistoryStatistic.LogOdds, By = ["item"], Smoothing = 2 },
        new() { Name = "recency", Of = HistoryStatistic.Recency, By = ["member"] },
        new() { Name = "both", Of = HistoryStatistic.Count, By = ["member", "item"] },
        new() { Name = "tag_rate", Of = HistoryStatistic.Rate, By = ["member"], PerValueOf = "tags", Smoothing = 2 },
        new() { Name = "item_rate", Of = HistoryStatistic.Rate, By = ["member"], PerValueOf = "item", Smoothing = 2 },
        new() { Name = "split_rate", Of = HistoryStatistic.Rate, By = ["item"], Sees = HistoryScope.EarlierSplits, Smoothing = 2 },
        new() { Name = "split_tag_odds", Of = HistoryStatistic.LogOdds, By = ["item"], PerValueOf = "tags", Sees = HistoryScope.EarlierSplits, Smoothing = 2 },
    ];

    // Rows 2 and 3 are at the same moment; the last but one is validation, the last test.
    private static readonly string[] Rows = ["ann,tea,a|b,1,0", "ann,rum,a,0,100", "bob,tea,b,1,200", "ann,tea,,0,200", "ann,rum,a|b,1,300", "ann,tea,a,1,400", "bob,tea,b|a,0,600"];

    [Fact]
    public async Task Prepare_HandComputedCase_Agrees()
    {
        using var example = Case(Rows);
        var prepared = await example.PrepareAsync();

        // The mean label of everything strictly before: none, 1, 1/2, 1/2, 2/4, 3/5, 4/6.
        AssertClose([0, 1, 0, 2, 3, 4, 1], await prepared.DenseByRowAsync("count"));
        AssertClose([.5, (1 + 2) / 3.0, .5, (1 + 1) / 4.0, (1 + 1) / 5.0, (2 + 1.2) / 6, (1 + (2 * 4 / 6.0)) / 3], await prepared.DenseByRowAsync("rate"));
        AssertClose(
            [0, Math.Log(.999 / .001), Math.Log((1 + 1) / (0 + 1.0)), Math.Log((1 + 1) / (0 + 1.0)), Math.Log((0 + 1) / (1 + 1.0)), Math.Log((2 + 1.2) / (1 + .8)), Math.Log((3 + (4 / 3.0)) / (1 + (2 / 3.0)))],
            await prepared.DenseByRowAsync("odds"));
        AssertClose([HistoryFeature.NeverSeconds, 100, HistoryFeature.NeverSeconds, 100, 100, 100, 400], await prepared.DenseByRowAsync("recency"));
        AssertClose([0, 0, 0, 1, 1, 2, 1], await prepared.DenseByRowAsync("both"));
        AssertClose([.5, 1, .5, .5, ((1 + 1) / 4.0 + (1 + 1) / 3.0) / 2, (2 + 1.2) / 5, ((1 + (4 / 3.0)) / 3 + (4 / 6.0)) / 2], await prepared.DenseByRowAsync("tag_rate"));
        AssertClose([.5, 1, .5, (1 + 1) / 3.0, (0 + 1) / 3.0, (1 + 1.2) / 4, (1 + (4 / 3.0)) / 3], await prepared.DenseByRowAsync("item_rate"));
    }

    [Fact]
    public async Task Prepare_EarlierSplits_SeesNoRowOfTheSameEvaluatedSplit()
    {
        // Two validation rows, then two test rows, all of tea.
        using var example = Case([.. Rows[..5], "ann,tea,,1,400", "bob,tea,,1,500", "ann,tea,,1,600", "bob,tea,,1,700"]);
        var values = await (await example.PrepareAsync()).DenseByRowAsync("split_rate");

        var train = (2 + (2 * 3 / 5.0)) / 5; // tea: 2 of 3; all: 3 of 5
        var validation = (4 + (2 * 5 / 7.0)) / 7;
        AssertClose([train, train, validation, validation], values[5..]);
    }

    [Fact]
    public async Task Prepare_RandomSplitLabelsOfTestRowsFlipped_MovesNoFeature()
    {
        var rows = RandomRows(new Random(8), 80);
        async Task<(Prepared Prepared, Example Example)> PrepareAsync(string[] of)
        {
            var example = Case(of);
            example.Schema = example.Schema with { Split = new RandomSplit { Train = .6, Validation = .2, Seed = 4 }, History = [.. EveryKind.Select(feature => feature with { Sees = HistoryScope.EarlierSplits })] };
            return (await example.PrepareAsync(), example);
        }

        var (original, first) = await PrepareAsync(rows);
        using var _ = first;
        var splits = await original.SplitByRowAsync();
        var (changed, second) = await PrepareAsync([.. rows.Select((row, index) => splits[index] == Split.Test ? Flip(row) : row)]);
        using var __ = second;
        var (validated, third) = await PrepareAsync([.. rows.Select((row, index) => splits[index] == Split.Validation ? Flip(row) : row)]);
        using var ___ = third;

        foreach (var feature in EveryKind)
        {
            var values = await original.DenseByRowAsync(feature.Name);
            Assert.Equal(values, await changed.DenseByRowAsync(feature.Name));
            var others = await validated.DenseByRowAsync(feature.Name); // and those of validation rows reach test rows only
            Assert.Equal(values.Where((_, row) => splits[row] != Split.Test), others.Where((_, row) => splits[row] != Split.Test));
        }

        Assert.NotEqual(await original.DenseByRowAsync("rate"), await validated.DenseByRowAsync("rate"));
    }

    [Fact]
    public async Task Prepare_LabelsAndRowsFromAMomentOnChange_NoFeatureOfThatMomentOrBefore()
    {
        var random = new Random(5);
        var rows = RandomRows(random, 60);
        var original = await AllFeaturesAsync(rows);
        foreach (var moment in new[] { 10, 25, 40 })
        {
            var kept = rows.Where(row => Time(row) < moment * 10).ToArray();
            var atMoment = rows.Where(row => Time(row) == moment * 10).Select(Flip).ToArray();
            var later = RandomRows(random, 60).Where(row => Time(row) > moment * 10).ToArray();
            var changed = await AllFeaturesAsync([.. kept, .. atMoment, .. later]);
            foreach (var feature in EveryKind)
            {
                Assert.Equal(original[feature.Name][..(kept.Length + atMoment.Length)], changed[feature.Name][..(kept.Length + atMoment.Length)]);
            }
        }
    }

    [Fact]
    public async Task Prepare_CappedTasks_HistoryStillCountsEverything()
    {
        using var example = Case(Rows);
        example.Schema = example.Schema with { MaxSamplesPerTask = 1 };
        var counts = await (await example.PrepareAsync()).DenseByRowAsync("count");

        AssertClose([0, 3, 4, 1], counts); // bob's only and ann's last training row, then validation and test
    }

    [Fact]
    public async Task Prepare_History_GetsItsDefaultTransforms()
    {
        using var example = Case(Rows);
        var schema = (await example.PrepareAsync()).Dataset.Schema;

        DenseTransform Transform(string name) => Assert.IsType<DenseFeature>(schema.Feature(name)).Transform;
        Assert.Equal([DenseTransform.Log1p, DenseTransform.Standardise, DenseTransform.Standardise, DenseTransform.Log1p], new[] { "count", "rate", "odds", "recency" }.Select(Transform));
    }

    private static async Task<Dictionary<string, float[]>> AllFeaturesAsync(string[] rows)
    {
        using var example = Case(rows);
        var prepared = await example.PrepareAsync();
        var features = new Dictionary<string, float[]>();
        foreach (var feature in EveryKind)
        {
            features.Add(feature.Name, await prepared.DenseByRowAsync(feature.Name));
        }

        return features;
    }

    private static Example Case(string[] rows)
    {
        var example = new Example { Clicks = "member,item,tags,label,time\n" + string.Join('\n', rows.Select(row => row[..(row.LastIndexOf(',') + 1)] + (1700000000 + Time(row)))) };
        example.Schema = example.Schema with
        {
            Features = [new SourceCategoricalFeature { Name = "item" }, new SourceMultiValuedFeature { Name = "tags" }],
            History = EveryKind,
        };
        return example;
    }

    private static string[] RandomRows(Random random, int count)
    {
        string[] tags = ["", "a", "b", "a|b", "b|c"];
        return
        [
            .. Enumerable.Range(0, count)
                .Select(_ => $"m{random.Next(4)},i{random.Next(3)},{tags[random.Next(tags.Length)]},{random.Next(2)},{random.Next(count) * 10}")
                .Append("m0,i0,a,1,0").Append("m0,i0,a,0,0").Append("m0,i0,a,1,5000") // both labels in train, and a test row
                .OrderBy(Time),
        ];
    }

    private static int Time(string row) => int.Parse(row[(row.LastIndexOf(',') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    private static string Flip(string row)
    {
        var cells = row.Split(',');
        cells[3] = cells[3] == "1" ? "0" : "1";
        return string.Join(',', cells);
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }
}
