using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Graphs;

public sealed class GraphSessionTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly ModelPackage package;

    public GraphSessionTests() => package = TestModel.Package(TestModel.Mlp, folder["package"]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_EveryGraph_AgreesWithItsManifest()
    {
        foreach (var graph in package.Manifest.Graphs)
        {
            using var session = GraphSession.Open(package, graph);
            Assert.Same(graph, session.Graph);
            Assert.Equal(ExecutionProvider.Cpu, session.Provider.InUse);
        }
    }

    [Fact]
    public void Open_GraphThatIsAnother_NamesGraphTensorFoundAndExpected()
    {
        var fault = Assert.Throws<InvalidInputException>(() => GraphSession.Open(package, package.Global with { Path = package.Meta("member").Path }));
        Assert.Equal("graph 'global', input 'meta_embedding': found no such tensor in the graph, expected float32 [rows, 5], as the manifest says.", fault.Message);
    }

    [Fact]
    public void Open_GraphOfAnotherWidth_NamesBothShapes()
    {
        var wide = TestModel.Mlp with { MetaBlocks = [TestModel.Mlp.MetaBlocks[0] with { EmbeddingSize = 6 }] };
        var other = TestModel.Package(wide, folder["wide"]);
        var mixed = Mix(other.PathOf(other.Global));
        var fault = Assert.Throws<InvalidInputException>(() => GraphSession.Open(mixed, mixed.Global));
        Assert.Equal("graph 'global', input 'meta_embedding': found float32 [rows, 6], expected float32 [rows, 5], as the manifest says.", fault.Message);
    }

    [Fact]
    public void Open_GraphOfAnotherBundle_NamesBothBundles()
    {
        var other = TestModel.Package(TestModel.Mlp, folder["other"], seed: 2);
        var mixed = Mix(other.PathOf(other.Global));
        var fault = Assert.Throws<InvalidInputException>(() => GraphSession.Open(mixed, mixed.Global));
        Assert.Equal($"graph 'global', metadata limaml.bundle_id: found {other.Manifest.BundleId}, expected {package.Manifest.BundleId}, the manifest's bundle id.", fault.Message);
    }

    [Fact]
    public void Open_ManifestThatTheModelContradicts_NamesTheTensor()
    {
        var dense = package.Global.Inputs.Single(input => input.Name == "taste");
        var graph = package.Global with { Inputs = [.. package.Global.Inputs.Where(input => input != dense)] };
        var fault = Assert.Throws<InvalidInputException>(() => GraphSession.Open(package, graph));
        Assert.Equal("graph 'global' in the manifest, input 'taste': found no such tensor in the manifest, expected float32 [rows, 4] of taste, as the model needs.", fault.Message);
    }

    [Fact]
    public void Open_ManifestWithATensorTooMany_NamesTheTensor()
    {
        var graph = package.Global with { Inputs = [.. package.Global.Inputs, package.Global.Inputs[0] with { Name = "more" }] };
        var fault = Assert.Throws<InvalidInputException>(() => GraphSession.Open(package, graph));
        Assert.StartsWith("graph 'global' in the manifest, input 'more': found it in the manifest, expected only meta_embedding, ", fault.Message);
    }

    [Fact]
    public void Open_FileThatIsNoModel_NamesTheFile()
    {
        var mixed = Mix(Path.Combine(package.Folder, Manifest.FileName));
        var fault = Assert.Throws<InvalidInputException>(() => GraphSession.Open(mixed, mixed.Global));
        Assert.Contains("ONNX Runtime does not accept this model", fault.Message);
        Assert.Contains(mixed.PathOf(mixed.Global), fault.Message);
    }

    [Fact]
    public void Open_ProviderThatThisBuildLacks_TakesTheNext()
    {
        var options = new GraphOptions { Providers = [ExecutionProvider.TensorRt, ExecutionProvider.Cuda] };
        using var session = GraphSession.Open(package, package.Global, options);
        Assert.SkipUnless(session.Provider.InUse == ExecutionProvider.Cpu, "this build has a GPU provider, and the machine a GPU");
        using var batch = session.Rent();
        batch.Resize(("rows", 2));
        batch.Run();
        Assert.Equal([2L, 1L], batch.Shape("logit"));
    }

    [Fact]
    public void Run_FromManyThreads_GivesWhatOneThreadGives()
    {
        using var session = GraphSession.Open(package, package.Global);
        float[][] alone = [.. Enumerable.Range(1, 40).Select(rows => Score(session, rows))];
        var together = new float[alone.Length][];
        Parallel.For(0, alone.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, rows => together[rows] = Score(session, rows + 1));
        Assert.Equal(alone, together);
    }

    [Fact]
    public void Run_SmallAfterLarge_SeesTheSmallBatchOnly()
    {
        using var session = GraphSession.Open(package, package.Global);
        var fresh = Score(session, 3);
        Score(session, 100);
        Assert.Equal(fresh, Score(session, 3));
    }

    [Fact]
    public void Rent_AfterABatchWasGivenBack_TakesItsMemory()
    {
        using var session = GraphSession.Open(package, package.Global);
        var first = session.Rent();
        using var second = session.Rent();
        Assert.NotSame(first, second);
        first.Dispose();
        using var third = session.Rent();
        Assert.Same(first, third);
    }

    [Fact]
    public void Rent_AfterLargeBatchesWereGivenBack_OneIsKeptAndTheOthersAreNot()
    {
        using var session = GraphSession.Open(package, package.Global);
        GraphBatch[] large = [session.Rent(), session.Rent(), session.Rent()];
        foreach (var batch in large)
        {
            batch.Resize(("rows", 500_000));
            batch.Dispose();
        }

        Assert.Same(large[0], session.Rent());
        Assert.DoesNotContain(session.Rent(), large);
    }

    [Fact]
    public void Batch_UnknownTensorOrAxisOrKind_IsRefused()
    {
        using var session = GraphSession.Open(package, package.Global);
        using var batch = session.Rent();
        Assert.Throws<ArgumentException>(() => batch.Resize(("tasks", 2)));
        batch.Resize(("rows", 2));
        Assert.Throws<ArgumentException>(() => batch.Float32("nothing").Length);
        Assert.Throws<ArgumentException>(() => batch.Int64("dense").Length);
        Assert.Throws<ArgumentException>(() => batch.Shape("nothing"));
    }

    private static float[] Score(GraphSession session, int rows)
    {
        using var batch = session.Rent();
        batch.Resize(("rows", rows));
        foreach (var input in session.Graph.Inputs)
        {
            if (input.Kind == LiMaml.Models.Network.ElementKind.Float32)
            {
                Fill(batch.Float32(input.Name), index => (rows + index) % 5);
            }
            else
            {
                Fill(batch.Int64(input.Name), index => (rows + index) % 3);
            }
        }

        batch.Run();
        return batch.Float32("logit").ToArray();
    }

    private static void Fill<T>(Span<T> values, Func<int, T> value)
    {
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = value(index);
        }
    }

    /// <summary>The package with <paramref name="global"/> as its global graph, and a manifest whose hashes say so.</summary>
    private ModelPackage Mix(string global)
    {
        var manifest = package.Manifest;
        using (var writer = ModelPackageWriter.Create(folder["mixed"]))
        {
            foreach (var file in manifest.Files)
            {
                writer.AddFile(file.Path, File.ReadAllBytes(file.Path == package.Global.Path ? global : Path.Combine(package.Folder, file.Path)));
            }

            writer.Complete(new PackageContents(
                manifest.Model, manifest.Schema, manifest.WeightsSha256, manifest.Graphs, manifest.Opset, manifest.IrVersion, manifest.Provenance, manifest.Metrics));
        }

        return ModelPackage.Open(folder["mixed"]);
    }
}
