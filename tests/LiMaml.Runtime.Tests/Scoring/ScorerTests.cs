using LiMaml.Models;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Scoring;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Scoring;

public sealed class ScorerTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Score_RowsWithEmbeddings_EqualsTheGlobalGraph()
    {
        var package = TestModel.Package(TestModel.Mlp, folder["package"]);
        using var scorer = Scorer.Open(package);
        var rows = TestDataset.Rows([("a", 6)], seed: 1);
        int[] places = [4, 0, 5, 0];
        float[] embeddings = [.. Enumerable.Range(0, 20).Select(number => number / 10f)];
        var scores = scorer.Score(rows, places, new Dictionary<string, ReadOnlyMemory<float>> { ["member"] = embeddings });

        using var session = GraphSession.Open(package, package.Global);
        using var batch = session.Rent();
        batch.Resize(("rows", 4));
        new FeatureTensors(new FeatureLayout(TestModel.Mlp.Global.Features.Select(TestModel.Schema.Feature))).Fill(rows, places, batch);
        embeddings.CopyTo(batch.Float32("meta_embedding"));
        batch.Run();
        Assert.Equal(batch.Float32("logit").ToArray(), scores.Logits);
        Assert.Equal(batch.Float32("probability").ToArray(), scores.Predictions);
        Assert.All(scores.Logits!.Zip(scores.Predictions), score => Assert.Equal(1 / (1 + Math.Exp(-score.First)), score.Second, 1e-5));
    }

    [Fact]
    public void Score_WithoutEmbeddings_UsesTheUnadaptedOfEachRow()
    {
        foreach (var (spec, name) in ((ModelSpec, string)[])[(TestModel.Mlp, "one"), (TestModel.Two, "two"), (TestModel.Id, "id")])
        {
            using var scorer = Scorer.Open(TestModel.Package(spec, folder[name]));
            var rows = TestDataset.Rows([("a", 6)], seed: 2);
            int[] places = [1, 5];
            var given = scorer.Tasks.ToDictionary(task => task, task => Unadapted(scorer.Unadapted(task), rows, places));
            var expected = scorer.Score(rows, places, given);
            Assert.Equal(expected.Logits, scorer.Score(rows, places, new Dictionary<string, ReadOnlyMemory<float>>()).Logits);
        }
    }

    [Fact]
    public void Score_OneRowAlone_EqualsTheRowAmongMany()
    {
        using var scorer = Scorer.Open(TestModel.Package(TestModel.Exact, folder["package"]));
        var rows = TestDataset.Rows([("a", 300)], seed: 3);
        var none = new Dictionary<string, ReadOnlyMemory<float>>();
        var together = scorer.Score(rows, [.. Enumerable.Range(0, 300)], none);
        Assert.All(Enumerable.Range(0, 300), row => Assert.Equal(scorer.Score(rows, [row], none).Logits![0], together.Logits![row]));
    }

    [Fact]
    public void Score_NoRows_GivesNothing()
    {
        using var scorer = Scorer.Open(TestModel.Package(TestModel.Mlp, folder["package"]));
        Assert.Empty(scorer.Score(TestDataset.Rows([("a", 1)], seed: 1), [], new Dictionary<string, ReadOnlyMemory<float>>()).Predictions);
    }

    [Fact]
    public void Score_RealLabels_GivesPredictionsOnly()
    {
        using var scorer = Scorer.Open(TestModel.Package(TestModel.Real, folder["package"]));
        var scores = scorer.Score(TestDataset.Rows([("a", 3)], seed: 1), [0, 1, 2], new Dictionary<string, ReadOnlyMemory<float>>());
        Assert.Null(scores.Logits);
        Assert.Equal(3, scores.Predictions.Distinct().Count());
    }

    [Fact]
    public void Score_EmbeddingsOfAnotherSizeOrTask_AreRefused()
    {
        using var scorer = Scorer.Open(TestModel.Package(TestModel.Mlp, folder["package"]));
        var rows = TestDataset.Rows([("a", 3)], seed: 1);
        Assert.Throws<ArgumentException>(() => scorer.Score(rows, [0, 1], new Dictionary<string, ReadOnlyMemory<float>> { ["member"] = new float[9] }));
        Assert.Throws<ArgumentException>(() => scorer.Score(rows, [0, 1], new Dictionary<string, ReadOnlyMemory<float>> { ["item"] = new float[10] }));
        Assert.Throws<InvalidInputException>(() => scorer.Unadapted("item"));
    }

    private static ReadOnlyMemory<float> Unadapted(UnadaptedEmbeddings unadapted, LiMaml.Models.Datasets.RowGroup rows, int[] places)
    {
        var embeddings = new float[places.Length * unadapted.EmbeddingSize];
        unadapted.Embed(rows, places, embeddings);
        return embeddings;
    }
}
