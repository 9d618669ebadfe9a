using LiMaml.Models.Datasets;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Tests.Steps;

public class FittingTests
{
    private static readonly SourceFeature[] EveryKind =
    [
        new SourceDenseFeature { Name = "price" },
        new SourceDenseFeature { Name = "log_price", Column = "price", Transform = DenseTransform.Log1p },
        new SourceDenseFeature { Name = "raw_price", Column = "price", Transform = DenseTransform.None },
        new SourceDenseFeature { Name = "price_class", Column = "price", Transform = DenseTransform.Bucketise, Buckets = 4 },
        new SourceCategoricalFeature { Name = "item" },
        new SourceCategoricalFeature { Name = "hashed", Column = "item", HashBuckets = 7 },
        new SourceMultiValuedFeature { Name = "tags", Column = "member", Separator = "n" },
        new SourceMultiValuedFeature { Name = "hashed_tags", Column = "member", Separator = "n", HashBuckets = 5 },
    ];

    [Fact]
    public async Task Prepare_DenseFeatures_AreFittedOnTrainingRows()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Features = EveryKind };
        var schema = (await example.PrepareAsync()).Dataset.Schema;

        // Training prices: 1.5, 2.5, 3.5, 4.5.
        var price = (DenseFeature)schema.Feature("price");
        Assert.Equal(3, price.Mean, 1e-6);
        Assert.Equal(Math.Sqrt(1.25), price.StandardDeviation, 1e-6);
        var logs = new[] { 1.5, 2.5, 3.5, 4.5 }.Select(value => Math.Log(1 + value)).ToList();
        Assert.Equal(logs.Average(), ((DenseFeature)schema.Feature("log_price")).Mean, 1e-6);
        Assert.Equal((0f, 1f), (((DenseFeature)schema.Feature("raw_price")).Mean, ((DenseFeature)schema.Feature("raw_price")).StandardDeviation));
        Assert.Equal([2.5f, 3.5f], ((DenseFeature)schema.Feature("price_class")).Boundaries); // the quartiles, without the least value
    }

    [Fact]
    public async Task Prepare_EvaluatedRowsChange_NothingFittedChanges()
    {
        using var original = new Example();
        using var changed = new Example().With(clicks => string.Join('\n', clicks.Split('\n')[..5]) + "\ncat,vodka,99,1,1700000400\nbob,vodka,77,0,1700000600");
        foreach (var example in new[] { original, changed })
        {
            example.Schema = example.Schema with { Features = EveryKind, History = [new HistoryFeature { Name = "odds", Of = HistoryStatistic.LogOdds, By = ["item"] }] };
        }

        Assert.Equal(ContractJson.Serialize((await original.PrepareAsync()).Dataset.Schema), ContractJson.Serialize((await changed.PrepareAsync()).Dataset.Schema));
    }

    [Fact]
    public async Task Prepare_ValuesOfEvaluatedRowsOnly_AreUnknown()
    {
        using var example = new Example();
        var prepared = await example.PrepareAsync();

        Assert.Equal(["tea", "rum"], ((CategoricalFeature)prepared.Dataset.Schema.Feature("item")).Vocabulary);
        Assert.Equal(["tea", "rum", "tea", "tea", "rum", null, null, "tea"], await prepared.CategoryByRowAsync("item"));
        var shares = Assert.Single(prepared.Statistics.Categories).UnknownShare;
        Assert.Equal([0, .5, .5], new[] { Split.Train, Split.Validation, Split.Test }.Select(split => shares[split]));
    }

    [Fact]
    public async Task Prepare_Vocabulary_IsOrderedByCountThenBytes()
    {
        string[] items = ["b", "a", "c", "c", "Z", "\uFF01", "\U0001F600", "once"];
        var clicks = items.SelectMany((item, index) => Enumerable.Repeat(item, item is "c" or "once" ? 1 : 2).Select((value, time) => $"ann,{value},1,{time},{1700000000 + index}"));
        using var example = new Example { Clicks = "member,item,price,label,time\n" + string.Join('\n', clicks) + "\nann,b,1,1,1700000900" };
        example.Schema = example.Schema with { Features = [new SourceCategoricalFeature { Name = "item", MinimumCount = 2 }, new SourceCategoricalFeature { Name = "few", Column = "item", MaxVocabulary = 2 }] };
        var schema = (await example.PrepareAsync()).Dataset.Schema;

        Assert.Equal(["Z", "a", "b", "c", "\uFF01", "\U0001F600"], ((CategoricalFeature)schema.Feature("item")).Vocabulary);
        Assert.Equal(["Z", "a"], ((CategoricalFeature)schema.Feature("few")).Vocabulary);
    }

    [Fact]
    public async Task Prepare_Categories_AreEncodedAsFeatureEncodingDoes()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Features = EveryKind };
        var prepared = await example.PrepareAsync();

        string[] items = ["tea", "rum", "tea", "tea", "rum", "gin", "gin", "tea"];
        string[][] tags = [["a"], ["a"], ["bob"], ["a"], ["bob"], ["bob"], ["a"], ["bob"]]; // ann and bob, cut at n
        foreach (var rows in await prepared.AllAsync())
        {
            for (var row = 0; row < rows.RowCount; row++)
            {
                var number = rows.Rows[row];
                Assert.Equal(Encoding("hashed").Index(items[number]), ((CategoricalColumn)rows.Columns["hashed"]).Indices[row]);
                Assert.Equal(Encoding("item").Index(items[number]), ((CategoricalColumn)rows.Columns["item"]).Indices[row]);
                foreach (var feature in new[] { "tags", "hashed_tags" })
                {
                    var expected = new List<int>();
                    FeatureEncoding.For((MultiValuedFeature)prepared.Dataset.Schema.Feature(feature)).AppendIndices(tags[number], expected);
                    var lists = (MultiValuedColumn)rows.Columns[feature];
                    Assert.Equal(expected, lists.Indices[lists.Offsets[row]..lists.Offsets[row + 1]]);
                }
            }
        }

        FeatureEncoding Encoding(string feature) => FeatureEncoding.For((CategoricalFeature)prepared.Dataset.Schema.Feature(feature));
    }

    [Fact]
    public async Task Prepare_MultiValued_KeepsTheFirstKnownValuesOnceEach()
    {
        using var example = new Example { Clicks = "member,tags,label,time\nann,a|b|c,1,1700000000\nann,c| a |c|,0,1700000100\nann,,0,1700000200\nann,new|b|c|b|a,0,1700000900" };
        example.Schema = example.Schema with { Features = [new SourceMultiValuedFeature { Name = "tags", MaxValues = 2 }, new SourceMultiValuedFeature { Name = "all", Column = "tags" }] };
        var prepared = await example.PrepareAsync();

        var feature = (MultiValuedFeature)prepared.Dataset.Schema.Feature("tags");
        Assert.Equal(["a", "c", "b"], feature.Vocabulary);
        Assert.Equal(3, ((MultiValuedFeature)prepared.Dataset.Schema.Feature("all")).MaxValues);
        var train = (MultiValuedColumn)(await prepared.RowsAsync("member", Split.Train)).Columns["tags"];
        Assert.Equal([0, 2, 4, 4], train.Offsets);
        Assert.Equal([1, 3, 2, 1], train.Indices);
        var test = await prepared.RowsAsync("member", Split.Test);
        Assert.Equal([3, 2], ((MultiValuedColumn)test.Columns["tags"]).Indices);
        Assert.Equal([3, 2, 1], ((MultiValuedColumn)test.Columns["all"]).Indices);
    }

    [Fact]
    public async Task Prepare_MissingValues_TakeTheirPlace()
    {
        using var example = new Example().With(clicks => clicks.Replace("ann,tea,1.5", "ann,,", StringComparison.Ordinal));
        example.Schema = example.Schema with
        {
            Features =
            [
                new SourceDenseFeature { Name = "price", Missing = 7 },
                new SourceCategoricalFeature { Name = "item", Missing = "none" },
                new SourceCategoricalFeature { Name = "unknown_item", Column = "item", Missing = "" },
            ],
        };
        var prepared = await example.PrepareAsync();

        Assert.Equal(7, (await prepared.DenseByRowAsync("price"))[0]);
        Assert.Equal("none", (await prepared.CategoryByRowAsync("item"))[0]);
        Assert.Null((await prepared.CategoryByRowAsync("unknown_item"))[0]);
        Assert.DoesNotContain("", ((CategoricalFeature)prepared.Dataset.Schema.Feature("unknown_item")).Vocabulary!);
    }

    [Fact]
    public async Task Prepare_BucketisedConstant_IsRefused()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Features = [new SourceDenseFeature { Name = "same", Column = "label", Transform = DenseTransform.Bucketise, Buckets = 2 }], Label = new SourceLabel { Column = "price", Above = 3 } };
        example.With(clicks => clicks.Replace(",0,1700", ",1,1700", StringComparison.Ordinal));

        Assert.Contains("feature 'same', training rows", await example.RefusalAsync(), StringComparison.Ordinal);
    }
}
