using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Adaptation;

public sealed class AdapterTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> ExactSpecs => ["exact", "id", "two", "real", "newton"];

    public static TheoryData<string> Specs => [.. ExactSpecs.Select(spec => spec.Data), "transformer"];

    [Theory]
    [MemberData(nameof(ExactSpecs))]
    public void Adapt_ManyTasks_EqualsEachTaskAloneBitForBit(string spec)
    {
        using var adapter = Adapter.Open(Package(spec), "member");
        var tasks = Tasks(seed: 3, 1, 5, 12, 2, 40, 3, 1, 7, 8, 9, 33, 4, 4, 2);
        var together = adapter.Adapt(tasks);
        for (var task = 0; task < tasks.Tasks.Count; task++)
        {
            var alone = adapter.Adapt(tasks with { Tasks = [tasks.Tasks[task]] });
            Assert.Equal(alone.Embeddings, together.Embeddings[(task * 5)..((task + 1) * 5)]);
            AssertClose([alone.LossBefore[0], alone.LossAfter[0]], [together.LossBefore[task], together.LossAfter[task]], 1e-6f);
        }
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Adapt_PaddedSupport_EqualsTheGraphWithoutPadding(string spec)
    {
        var package = Package(spec);
        using var adapter = Adapter.Open(package, "member");
        var tasks = Tasks(seed: 4, 5, 11);
        var adapted = adapter.Adapt(tasks);
        for (var task = 0; task < 2; task++)
        {
            var (embedding, before, after) = Direct(package, tasks.Rows, tasks.Tasks[task]);
            AssertClose(embedding, adapted.Embeddings[(task * 5)..((task + 1) * 5)]);
            AssertClose([before, after], [adapted.LossBefore[task], adapted.LossAfter[task]]);
        }
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Adapt_WithoutSupport_IsTheUnadaptedEmbeddingWithoutLoss(string spec)
    {
        var package = Package(spec);
        using var adapter = Adapter.Open(package, "member");
        using var unadapted = UnadaptedEmbeddings.Open(package, "member");
        var rows = TestDataset.Rows([("a", 4)], seed: 5);
        var adapted = adapter.Adapt(new TaskRows(rows, [new TaskRange(0, 0, 2), new TaskRange(0, 0, 1), TaskRange.Of(0, 4)]));

        var expected = new float[10];
        unadapted.Embed(rows, [2, 1], expected);
        AssertClose(expected, adapted.Embeddings[..10]);
        Assert.Equal([0f, 0f], adapted.LossBefore[..2]);
        Assert.Equal([0f, 0f], adapted.LossAfter[..2]);
        Assert.NotEqual(0, adapted.LossBefore[2]);
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer")]
    public void Adapt_LogarithmsAndExponentials_AgreeToTheirLastBits(string spec)
    {
        using var adapter = Adapter.Open(Package(spec), "member");
        var tasks = Tasks(seed: 3, [.. Enumerable.Range(1, 40)]);
        var together = adapter.Adapt(tasks);
        for (var task = 0; task < tasks.Tasks.Count; task++)
        {
            AssertClose(adapter.Adapt(tasks with { Tasks = [tasks.Tasks[task]] }).Embeddings, together.Embeddings[(task * 5)..((task + 1) * 5)]);
        }
    }

    [Fact]
    public void Adapt_AnySupport_ChangesTheEmbedding()
    {
        var package = Package("mlp");
        using var adapter = Adapter.Open(package, "member");
        using var unadapted = UnadaptedEmbeddings.Open(package, "member");
        var tasks = Tasks(seed: 6, 6);
        var expected = new float[5];
        unadapted.Embed(tasks.Rows, [5], expected);
        Assert.Contains(expected.Zip(adapter.Adapt(tasks).Embeddings), pair => Math.Abs(pair.First - pair.Second) > 1e-3);
    }

    [Fact]
    public void Adapt_OfATransformer_DependsOnTheTimesBetweenSamplesAlone()
    {
        using var adapter = Adapter.Open(Package("transformer"), "member");
        var tasks = Tasks(seed: 6, 6);
        var expected = adapter.Adapt(tasks).Embeddings;

        var later = tasks.Rows with { Timestamps = [.. tasks.Rows.Timestamps.Select((time, row) => row < 3 ? time : time + 86_400_000_000L)] };
        var moved = tasks.Rows with { Timestamps = [.. tasks.Rows.Timestamps.Select(time => time + 86_400_000_000L)] };

        Assert.Contains(expected.Zip(adapter.Adapt(tasks with { Rows = later }).Embeddings), pair => Math.Abs(pair.First - pair.Second) > 1e-4);
        Assert.Equal(expected, adapter.Adapt(tasks with { Rows = moved }).Embeddings);
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer")]
    public void Adapt_MoreThanTheCapacity_UsesTheMostRecent(string spec)
    {
        using var adapter = Adapter.Open(Package(spec), "member");
        var tasks = Tasks(seed: 7, 50);
        var recent = adapter.Adapt(tasks with { Tasks = [TaskRange.Of(50 - 12, 12)] });
        Assert.Equal(12, adapter.SupportCapacity);
        Assert.Equal(recent.Embeddings, adapter.Adapt(tasks).Embeddings);
    }

    [Fact]
    public void Adapt_SamplesOfWeightZero_CountAsNone()
    {
        using var adapter = Adapter.Open(Package("mlp"), "member");
        var tasks = Tasks(seed: 8, 8);
        var silenced = tasks.Rows with { Weights = [.. tasks.Rows.Weights.Select((weight, row) => row < 5 ? 0 : weight)] };
        AssertClose(
            adapter.Adapt(tasks with { Tasks = [TaskRange.Of(5, 3)] }).Embeddings,
            adapter.Adapt(new TaskRows(silenced, tasks.Tasks)).Embeddings);
    }

    [Fact]
    public void Adapt_OneSampleARun_GivesWhatLargeBatchesGive()
    {
        var package = Package("exact");
        var tasks = Tasks(seed: 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
        using var adapter = Adapter.Open(package, "member");
        using var narrow = Adapter.Open(package, "member", new AdapterOptions { BatchRows = 1 });
        Assert.Equal(adapter.Adapt(tasks).Embeddings, narrow.Adapt(tasks).Embeddings);
    }

    [Fact]
    public void Adapt_FromManyThreads_GivesWhatOneThreadGives()
    {
        using var adapter = Adapter.Open(Package("exact"), "member");
        var tasks = Enumerable.Range(0, 12).Select(seed => Tasks(seed, 3, 9, 1)).ToArray();
        var expected = tasks.Select(some => adapter.Adapt(some).Embeddings).ToArray();
        var found = new float[tasks.Length][];
        Parallel.For(0, tasks.Length, some => found[some] = adapter.Adapt(tasks[some]).Embeddings);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Adapt_NoTasks_GivesNothing()
    {
        using var adapter = Adapter.Open(Package("mlp"), "member");
        Assert.Empty(adapter.Adapt(new TaskRows(TestDataset.Rows([], seed: 1), [])).Embeddings);
    }

    [Fact]
    public void Open_UnknownTask_NamesThoseThereAre()
    {
        var fault = Assert.Throws<InvalidInputException>(() => Adapter.Open(Package("two"), "city"));
        Assert.StartsWith("task definition: found 'city', expected one that the model of ", fault.Message);
        Assert.EndsWith("personalises for: member, item.", fault.Message);
    }

    [Fact]
    public void Open_BatchRowsOutOfRange_NamesTheOption() =>
        Assert.StartsWith("BatchRows: found 0, ", Assert.Throws<InvalidInputException>(() => Adapter.Open(Package("mlp"), "member", new AdapterOptions { BatchRows = 0 })).Message);

    private static ModelSpec Spec(string name) => name switch
    {
        "id" => TestModel.Id,
        "two" => TestModel.Two,
        "real" => TestModel.Real,
        "exact" => TestModel.Exact,
        "newton" => TestModel.Newton,
        "transformer" => TestModel.Transformer,
        _ => TestModel.Mlp,
    };

    private static TaskRows Tasks(int seed, params int[] counts)
    {
        var rows = TestDataset.Rows(counts.Select((count, task) => ($"{task:D4}", count)), seed);
        var start = 0;
        return new TaskRows(rows, [.. counts.Select(count => TaskRange.Of((start += count) - count, count))]);
    }

    /// <summary>The adapt graph on one task's most recent rows, support exactly as long as they are.</summary>
    private static (float[] Embedding, float Before, float After) Direct(ModelPackage package, RowGroup rows, TaskRange task)
    {
        int[] places = [.. Enumerable.Range(task.Start, task.Count)];
        using var session = GraphSession.Open(package, package.Adapt("member"));
        using var batch = session.Rent();
        batch.Resize(("tasks", 1), ("support", places.Length));
        var block = package.Manifest.Model.MetaBlocks[0];
        var meta = new FeatureLayout(block.Features.Select(package.Manifest.Schema.Feature));
        var global = new FeatureLayout(package.Manifest.Model.SupportFeatures(block).Select(package.Manifest.Schema.Feature));
        if (block.Kind != MetaBlockKind.IdEmbedding)
        {
            new FeatureTensors(meta, GraphTensorNames.SupportMeta).Fill(rows, places, batch);
        }

        new FeatureTensors(global, GraphTensorNames.Support).Fill(rows, places, batch);
        new FeatureTensors(meta, GraphTensorNames.Latest).Fill(rows, [task.Latest], batch);
        foreach (var other in package.Manifest.Model.MetaBlocks.Skip(1))
        {
            using var unadapted = UnadaptedEmbeddings.Open(package, other.Task);
            unadapted.Embed(rows, places, batch.Float32(GraphTensorNames.SupportEmbeddingOf(other.Task)));
        }

        for (var place = 0; place < places.Length; place++)
        {
            batch.Float32("support_label")[place] = rows.Labels[places[place]];
            var newer = places.Length - 1 - place;
            batch.Float32("support_weight")[place] = rows.Weights[places[place]] * (package.Manifest.Model.FineTuning.HalfLife is { } halfLife ? (float)Math.Pow(0.5, newer / halfLife) : 1);
        }

        for (var place = 0; place < places.Length && block.Kind == MetaBlockKind.Transformer; place++)
        {
            batch.Float32("support_position")[place] = place + 1;
            batch.Float32("support_elapsed")[place] = place == 0 ? 0 : (float)((rows.Timestamps[places[place]] - rows.Timestamps[places[place - 1]]) / 86_400e6);
        }

        batch.Run();
        return (batch.Float32("meta_embedding").ToArray(), batch.Float32("loss_before")[0], batch.Float32("loss_after")[0]);
    }

    private static void AssertClose(float[] expected, float[] found, float tolerance = 1e-5f)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, tolerance * Math.Max(1, Math.Abs(pair.First))));
    }

    private ModelPackage Package(string spec) => TestModel.Package(Spec(spec), folder["package"]);
}
