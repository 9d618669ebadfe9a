using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Serving;

public sealed class ScoringServiceTests
{
    [Fact]
    public async Task Score_TasksWithEmbeddings_EqualsTheScorer()
    {
        using var serving = new TestServing(TestModel.Mlp);
        var bundle = await serving.ServeAsync(1, "a", "b", "c");
        string[] keys = ["a", "b", "c", "c", "b", "a"];

        var response = await serving.Service.ScoreAsync(serving.Request(6, keys));

        var expected = serving.Expected(6, 1, keys);
        Assert.Equal(expected.Logits, response.Scores.Logits);
        Assert.Equal(expected.Predictions, response.Scores.Predictions);
        Assert.Equal((bundle.BundleId, 1L), (response.BundleId, response.Generation));
        Assert.Equal(new bool[6], response.Cold["member"]);
    }

    [Fact]
    public async Task Score_OneKey_StandsForAllRows()
    {
        using var serving = new TestServing(TestModel.Mlp);
        await serving.ServeAsync(1, "a");
        Assert.Equal(serving.Expected(6, 1, "a").Logits, (await serving.Service.ScoreAsync(serving.Request(6, "a"))).Scores.Logits);
    }

    [Fact]
    public async Task Score_TasksWithoutEmbedding_GetTheUnadaptedOneMarkedAndCounted()
    {
        foreach (var spec in (ModelSpec[])[TestModel.Exact, TestModel.Two, TestModel.Id])
        {
            using var serving = new TestServing(spec);
            await serving.ServeAsync(1, "a");

            var response = await serving.Service.ScoreAsync(serving.Request(6, "a", "x", "a", "y", "x", ""));

            Assert.Equal(serving.Expected(6, 1, "a", null, "a", null, null, null).Logits, response.Scores.Logits);
            Assert.All(serving.Tasks, task => Assert.Equal([false, true, false, true, true, true], response.Cold[task]));
            Assert.Equal((6 * serving.Tasks.Count, 4 * serving.Tasks.Count), (serving.Service.Counts.Joins, serving.Service.Counts.ColdJoins));
        }
    }

    [Fact]
    public async Task Score_NothingPublished_IsColdThroughout()
    {
        using var serving = new TestServing(TestModel.Exact);
        serving.Host.Swap(ServingBundle.Open(serving.Package, serving.Store, pointer: null));

        var response = await serving.Service.ScoreAsync(serving.Request(6, "a"));

        Assert.Null(response.Generation);
        Assert.Equal(serving.Expected(6, 1, [null]).Logits, response.Scores.Logits);
        Assert.DoesNotContain(false, response.Cold["member"]);
    }

    [Fact]
    public async Task Score_ColdTaskWithoutMetaInputs_TakesGlobalFeaturesAndOtherwiseTheMean()
    {
        // The meta block also reads 'visits' (log1p, mean 1), which the global block does not.
        using var serving = new TestServing(TestModel.Mlp);
        await serving.ServeAsync(1, "a");
        var request = serving.Request(6, "x");
        var response = await serving.Service.ScoreAsync(request with
        {
            Floats = request.Floats.Where(Global).ToDictionary(),
            Integers = request.Integers.Where(Global).ToDictionary(),
        });

        var columns = new Dictionary<string, FeatureColumn>(serving.Rows.Columns) { ["visits"] = new DenseColumn([.. Enumerable.Repeat(MathF.E - 1, 6)]) };
        Assert.Equal(serving.Expected(serving.Scorer, serving.Rows with { Columns = columns }, 6, 1, [null]).Logits, response.Scores.Logits);

        static bool Global<T>(KeyValuePair<string, T> input) => !input.Key.StartsWith("meta_", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_EmbeddingsGiven_UsesThem()
    {
        using var serving = new TestServing(TestModel.Two);
        var bundle = await serving.ServeAsync(1);
        var request = Raw(serving, 6, bundle.BundleId);

        var response = await serving.Service.ScoreAsync(request);

        Assert.Equal(serving.Expected(6, 1, "a").Logits, response.Scores.Logits);
        Assert.Empty(response.Cold);
        Assert.Null(response.Generation);
    }

    [Fact]
    public async Task Score_EmbeddingsOfAnotherBundle_AreRefused()
    {
        using var serving = new TestServing(TestModel.Two);
        await serving.ServeAsync(1);

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => serving.Service.ScoreAsync(Raw(serving, 6, new string('0', 32))));
        Assert.Contains(serving.Package.Manifest.BundleId, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidInputException>(() => serving.Service.ScoreAsync(Raw(serving, 6, null)));
    }

    [Fact]
    public async Task Score_CategoriesAsWords_EqualsTheirIndices()
    {
        using var serving = new TestServing(TestModel.Exact);
        await serving.ServeAsync(1, "a");
        var request = serving.Request(2, "a");
        long[] genres = [2, 3, 0, 0, 0, 0];
        var indices = new Dictionary<string, ReadOnlyMemory<long>>(request.Integers) { ["categorical"] = new long[] { 0, 2, 0, 0 }, ["genres"] = genres };
        var expected = await serving.Service.ScoreAsync(request with { Integers = indices });

        var response = await serving.Service.ScoreAsync(request with
        {
            Integers = indices.Where(input => input.Key is not "categorical" and not "genres").ToDictionary(),
            Words = new Dictionary<string, IReadOnlyList<string>> { ["categorical"] = ["", "b", "", "nowhere"], ["genres"] = ["y", "?", "z", "", "", ""] },
        });

        Assert.Equal(expected.Scores.Logits, response.Scores.Logits);
    }

    [Fact]
    public async Task Score_OneRowAlone_EqualsTheRowAmongMany()
    {
        using var serving = new TestServing(TestModel.Exact);
        await serving.ServeAsync(1, "a");
        Assert.Equal(serving.Expected(6, 1, "a").Logits![0], (await serving.Service.ScoreAsync(serving.Request(1, "a"))).Scores.Logits![0]);
        Assert.Equal(serving.Expected(6, 1, [null]).Logits![0], (await serving.Service.ScoreAsync(serving.Request(1, "cold"))).Scores.Logits![0]);
    }

    [Fact]
    public async Task Score_RealLabels_GivesPredictionsOnly()
    {
        using var serving = new TestServing(TestModel.Real);
        await serving.ServeAsync(1, "a");
        var response = await serving.Service.ScoreAsync(serving.Request(3, "a"));
        Assert.Null(response.Scores.Logits);
        Assert.Equal(serving.Expected(3, 1, "a").Predictions, response.Scores.Predictions);
    }

    [Fact]
    public async Task Score_WithoutABundle_IsUnavailable()
    {
        using var serving = new TestServing(TestModel.Exact);
        var request = serving.Request(1, "a");
        Assert.False(serving.Service.IsReady);
        await Unavailable();
        await serving.ServeAsync(1, "a");
        Assert.True(serving.Service.IsReady);
        serving.Host.Dispose();
        await Unavailable();

        async Task Unavailable() => Assert.Equal(UnavailableReason.NoBundle, (await Assert.ThrowsAsync<ScoringUnavailableException>(() => serving.Service.ScoreAsync(request))).Reason);
    }

    [Theory]
    [InlineData("no keys", "no 'task_member'")]
    [InlineData("two keys", "found 2 task keys")]
    [InlineData("unknown definition", "'advertiser'")]
    [InlineData("missing", "no 'dense'")]
    [InlineData("unknown", "'wrong'")]
    [InlineData("short", "found 5 values, expected 6")]
    [InlineData("kind", "input 'dense': found Int64, expected Float32")]
    [InlineData("not finite", "input 'dense', row 4, feature 'age': found NaN")]
    [InlineData("negative index", "input 'categorical', row 1, feature 'city': found -1, expected 0 to 3")]
    [InlineData("large index", "input 'genres', row 0, feature 'genres': found 4, expected 0 to 3")]
    [InlineData("meta index", "input 'meta_item_genres', row 5, feature 'genres': found 9")]
    [InlineData("no rows", "found 0, expected 1 to 8192")]
    [InlineData("many rows", "found 8193, expected 1 to 8192")]
    [InlineData("both", "task keys and embeddings")]
    [InlineData("words and indices", "words and indices")]
    [InlineData("words of numbers", "does not accept words")]
    public async Task Score_WrongRequest_SaysWhatIsWrong(string what, string message)
    {
        using var serving = new TestServing(TestModel.Two);
        await serving.ServeAsync(1, "a");
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => serving.Service.ScoreAsync(Wrong(serving.Request(6, "a"), what)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_NegativeWhereALogarithmFollows_IsRefused()
    {
        using var serving = new TestServing(TestModel.Mlp);
        await serving.ServeAsync(1, "a");
        var request = serving.Request(1, "a");
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => serving.Service.ScoreAsync(request with { Floats = With(request.Floats, "meta_dense", [30, -1]) }));
        Assert.Contains("row 0, feature 'visits': found -1", error.Message, StringComparison.Ordinal);
    }

    private static ScoreRequest Wrong(ScoreRequest request, string what) => what switch
    {
        "no keys" => request with { Keys = new Dictionary<string, IReadOnlyList<string>>() },
        "two keys" => request with { Keys = new Dictionary<string, IReadOnlyList<string>> { ["member"] = ["a", "b"], ["item"] = ["a"] } },
        "unknown definition" => request with { Keys = new Dictionary<string, IReadOnlyList<string>> { ["advertiser"] = ["a"] } },
        "missing" => request with { Floats = request.Floats.Where(input => input.Key != "dense").ToDictionary() },
        "unknown" => request with { Floats = With(request.Floats, "wrong", []) },
        "short" => request with { Floats = With(request.Floats, "dense", new float[5]) },
        "kind" => request with { Integers = With(request.Integers, "dense", new long[6]) },
        "not finite" => request with { Floats = With(request.Floats, "dense", [1, 1, 1, 1, float.NaN, 1]) },
        "negative index" => request with { Integers = With(request.Integers, "categorical", [1, 1, 1, -1, 1, 1, 1, 1, 1, 1, 1, 1]) },
        "large index" => request with { Integers = With(request.Integers, "genres", [4, .. new long[17]]) },
        "meta index" => request with { Integers = With(request.Integers, "meta_item_genres", [.. new long[17], 9]) },
        "no rows" => request with { RowCount = 0 },
        "many rows" => request with { RowCount = 8193 },
        "both" => request with { Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["member"] = default } },
        "words and indices" => request with { Words = new Dictionary<string, IReadOnlyList<string>> { ["genres"] = [] } },
        "words of numbers" => request with { Integers = request.Integers.Where(input => input.Key != "genres").ToDictionary(), Words = new Dictionary<string, IReadOnlyList<string>> { ["taste"] = ["x"] } },
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };

    private static ScoreRequest Raw(TestServing serving, int rows, string? bundle)
    {
        var request = serving.Request(rows, "a");
        return new ScoreRequest
        {
            RowCount = rows,
            BundleId = bundle,
            Floats = request.Floats.Where(input => !input.Key.StartsWith("meta_", StringComparison.Ordinal)).ToDictionary(),
            Integers = request.Integers.Where(input => !input.Key.StartsWith("meta_", StringComparison.Ordinal)).ToDictionary(),
            Embeddings = serving.Tasks.ToDictionary(task => task, ReadOnlyMemory<float> (task) => Enumerable.Repeat(serving.Vector(task, "a", 1), rows).SelectMany(vector => vector).ToArray()),
        };
    }

    private static Dictionary<string, ReadOnlyMemory<T>> With<T>(IReadOnlyDictionary<string, ReadOnlyMemory<T>> inputs, string name, T[] values) =>
        new(inputs) { [name] = values };
}
