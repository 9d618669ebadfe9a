using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Tests.Schemas;

public class SourceSchemaTests
{
    private const string Complete =
        """
        {
          "formatVersion": 1,
          "name": "clicks",
          "interactions": { "path": "clicks.csv", "delimiter": "\t" },
          "timestamp": { "column": "time", "unit": "milliseconds" },
          "label": { "column": "rating", "kind": "binary", "threshold": 4 },
          "eventId": "id",
          "weight": "w",
          "features": [
            { "kind": "dense", "name": "price", "transform": "bucketise", "buckets": 4, "missing": 0 },
            { "kind": "categorical", "name": "item", "minimumCount": 2, "maxVocabulary": 100, "missing": "" },
            { "kind": "categorical", "name": "query", "hashBuckets": 1000 },
            { "kind": "multiValued", "name": "tags", "column": "items.tags", "separator": " ", "maxValues": 3 },
            { "kind": "vector", "name": "image", "column": "items.image", "length": 2 }
          ],
          "tables": [
            { "name": "items", "file": { "path": "items" }, "keys": ["item"], "tableKeys": ["id"], "timestamp": { "column": "since", "unit": "iso8601" } }
          ],
          "history": [
            { "name": "item_odds", "of": "logOdds", "by": ["item"], "perValueOf": "tags", "smoothing": 5, "sees": "earlierSplits" }
          ],
          "tasks": [ { "name": "member", "keys": ["member"], "metaFeatures": ["price"] } ],
          "split": { "kind": "byTime", "validationFrom": "2024-03-01", "testFrom": "2024-04-01T12:00:00Z" },
          "maxSamplesPerTask": 200
        }
        """;

    [Fact]
    public void Read_CompleteSchema_SurvivesRoundTrip()
    {
        using var temporary = new TemporaryFolder();
        var schema = SourceSchema.Read(temporary.File("source.json", Complete));

        Assert.Equal(new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero), Assert.IsType<ByTimeSplit>(schema.Split).ValidationFrom);
        Assert.Equal(HistoryScope.EarlierSplits, Assert.Single(schema.History).Sees);
        Assert.Equal(DenseTransform.Bucketise, Assert.IsType<SourceDenseFeature>(schema.Features[0]).Transform);
        schema.Write(temporary["one.json"]);
        SourceSchema.Read(temporary["one.json"]).Write(temporary["two.json"]);
        Assert.Equal(File.ReadAllText(temporary["one.json"]), File.ReadAllText(temporary["two.json"]));
        Assert.Contains("\"validationFrom\": \"2024-03-01T00:00:00Z\"", File.ReadAllText(temporary["one.json"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"name\": \"item\", \"min", "\"name\": \"price\", \"min", "'price' more than once")]
    [InlineData("\"name\": \"item_odds\"", "\"name\": \"price\"", "'price' more than once")]
    [InlineData("\"name\": \"price\"", "\"name\": \"label\"", "'label'")]
    [InlineData("\"name\": \"price\"", "\"name\": \"the price\"", "'the price'")]
    [InlineData("\"metaFeatures\": [\"price\"]", "\"metaFeatures\": [\"cost\"]", "'cost'")]
    [InlineData("\"unit\": \"milliseconds\"", "\"unit\": \"fortnights\"", "fortnights")]
    [InlineData("\"weight\": \"w\"", "\"weights\": \"w\"", "weights")]
    [InlineData("\"buckets\": 4", "\"buckets\": 1", "found 1, expected 2 to 1024")]
    [InlineData("\"buckets\": 4, ", "", "features[0] 'price'.buckets: found none")]
    [InlineData("\"transform\": \"bucketise\", ", "", "expected none unless transform is bucketise")]
    [InlineData("\"threshold\": 4", "\"threshold\": 4, \"above\": 3", "both threshold and above")]
    [InlineData("\"kind\": \"binary\", \"threshold\"", "\"kind\": \"real\", \"threshold\"", "a threshold for real labels")]
    [InlineData("\"kind\": \"binary\", \"threshold\": 4", "\"kind\": \"binary\", \"grades\": [{ \"value\": 1, \"grade\": 0 }, { \"value\": 5, \"grade\": 1 }]", "label.grades: found some, for binary labels, expected kind graded")]
    [InlineData("\"kind\": \"binary\", \"threshold\": 4", "\"kind\": \"graded\", \"threshold\": 4", "a threshold for graded labels")]
    [InlineData("\"kind\": \"binary\", \"threshold\": 4", "\"kind\": \"graded\", \"grades\": [{ \"value\": 1, \"grade\": 0 }]", "label.grades: found 1, expected two or more")]
    [InlineData("\"kind\": \"binary\", \"threshold\": 4", "\"kind\": \"graded\", \"grades\": [{ \"value\": 1, \"grade\": 0 }, { \"value\": 1, \"grade\": 1 }]", "label.grades[1].value: found 1, expected a finite number above the one before")]
    [InlineData("\"kind\": \"binary\", \"threshold\": 4", "\"kind\": \"graded\", \"grades\": [{ \"value\": 1, \"grade\": 0 }, { \"value\": 5, \"grade\": 1.5 }]", "label.grades[1].grade: found 1.5, expected 0 to 1")]
    [InlineData("\"delimiter\": \"\\t\"", "\"delimiter\": \"\"", "interactions.delimiter")]
    [InlineData("\"path\": \"clicks.csv\"", "\"path\": \"clicks.csv\", \"header\": false", "interactions.columns: found none")]
    [InlineData("\"tableKeys\": [\"id\"]", "\"tableKeys\": [\"id\", \"no\"]", "tables[0] 'items'.tableKeys: found 2")]
    [InlineData("\"smoothing\": 5", "\"smoothing\": 0", "history[0] 'item_odds'.smoothing: found 0, expected a finite number above 0")]
    [InlineData("\"perValueOf\": \"tags\"", "\"perValueOf\": \"price\"", "found 'price', expected a categorical or multi-valued feature: item, query, tags")]
    [InlineData("\"by\": [\"item\"]", "\"by\": []", "history[0] 'item_odds'.by: found none")]
    [InlineData("2024-04-01T12:00:00Z", "2024-02-01", "split.testFrom")]
    [InlineData("\"2024-03-01\"", "\"March\"", "March")]
    [InlineData("\"kind\": \"byTime\"", "\"kind\": \"byTime\", \"newTasks\": 1", "split.newTasks: found 1, expected a share")]
    [InlineData("\"kind\": \"byTime\"", "\"kind\": \"byTime\", \"newTasksOf\": \"shop\"", "split.newTasksOf: found 'shop', expected a task definition: ")]
    [InlineData("\"hashBuckets\": 1000", "\"hashBuckets\": 1000, \"minimumCount\": 2", "features[2] 'query'")]
    [InlineData("\"maxSamplesPerTask\": 200", "\"maxSamplesPerTask\": 0", "maxSamplesPerTask: found 0")]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 2", "formatVersion: found 2")]
    [InlineData("\"keys\": [\"member\"]", "\"keys\": []", "keys: found none")]
    public void Read_BadSchema_SaysWhereAndWhat(string good, string bad, string what)
    {
        Assert.Contains(good, Complete, StringComparison.Ordinal);
        using var temporary = new TemporaryFolder();
        var path = temporary.File("source.json", Complete.Replace(good, bad, StringComparison.Ordinal));

        var fault = Assert.Throws<InvalidInputException>(() => SourceSchema.Read(path));

        Assert.Contains("source.json", fault.Message, StringComparison.Ordinal);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrepareAsync_RandomSplitWithHistoryOfAllEarlierRows_NamesTheFeatureThatWouldLeak()
    {
        using var example = new Example();
        var odds = new HistoryFeature { Name = "odds", Of = HistoryStatistic.LogOdds, By = ["item"] };
        example.Schema = example.Schema with { Split = new RandomSplit { Train = .6 }, History = [odds with { Name = "fine", Sees = HistoryScope.EarlierSplits }, odds] };

        Assert.Contains("history 'odds'.sees: found earlierRows with a random split, expected earlierSplits", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, .5, "split.train: found 0")]
    [InlineData(.5, .5, "split.validation: found 0.5")]
    public async Task PrepareAsync_ImpossibleFractions_AreNamed(double train, double validation, string what)
    {
        using var example = new Example();
        example.Schema = example.Schema with { Split = new PerTaskSplit { Train = train, Validation = validation } };

        Assert.Contains(what, await example.RefusalAsync(), StringComparison.Ordinal);
    }
}
