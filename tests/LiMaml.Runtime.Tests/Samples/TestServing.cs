using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Scoring;
using LiMaml.Runtime.Serving;

namespace LiMaml.Runtime.Tests.Samples;

/// <summary>A served package of <see cref="TestModel"/> with a store of embeddings, and rows to be scored.</summary>
internal sealed class TestServing : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly BundleHost host = new();

    public TestServing(ModelSpec spec, int rows = 6, ScoringOptions? options = null, TimeProvider? clock = null)
    {
        Store = LocalEmbeddingStore.Open(folder["store"]);
        Package = TestModel.Package(spec, folder["package"]);
        Scorer = Scorer.Open(Package);
        Rows = TestDataset.Rows([("a", rows)], seed: 7, schema: Package.Manifest.Schema);
        Service = new ScoringService(host, options, clock);
    }

    public LocalEmbeddingStore Store { get; }

    public ModelPackage Package { get; }

    /// <summary>The same package, for comparison.</summary>
    public Scorer Scorer { get; }

    public RowGroup Rows { get; }

    public BundleHost Host => host;

    public ScoringService Service { get; }

    public IReadOnlyList<string> Tasks => [.. Package.Manifest.Model.MetaBlocks.Select(block => block.Task)];

    /// <summary>Another package of the same shape, with other weights.</summary>
    public ModelPackage Another(int seed) => TestModel.Package(Package.Manifest.Model, folder[$"package-{seed}"], seed);

    /// <summary>Publishes embeddings of <paramref name="keys"/> for every task definition as a generation, and serves them.</summary>
    public async Task<ServingBundle> ServeAsync(long generation, params string[] keys)
    {
        var pointer = await PublishAsync(Package, generation, keys);
        host.Swap(ServingBundle.Open(Package, Store, pointer));
        return host.Current!;
    }

    public async Task<EmbeddingPointer> PublishAsync(ModelPackage package, long generation, params string[] keys)
    {
        var pointer = new EmbeddingPointer(package.Manifest.BundleId, generation, DateTimeOffset.UnixEpoch);
        await Store.WriteAsync(pointer.BundleId, generation, [.. Tasks.SelectMany(task => keys.Select(key => Embedding(task, key, generation)))], CancellationToken.None);
        await Store.FlipAsync(pointer, CancellationToken.None);
        return pointer;
    }

    /// <summary>The vector that task <paramref name="key"/> has in a generation.</summary>
    public float[] Vector(string task, string key, long generation)
    {
        var random = new Random(key.Aggregate((int)generation, (hash, character) => (hash * 31) + character));
        var size = Package.Manifest.Model.MetaBlocks.Single(block => block.Task == task).EmbeddingSize;
        return [.. Enumerable.Range(0, size).Select(_ => (4 * random.NextSingle()) - 2)];
    }

    /// <summary>A request for the first rows, with all inputs.</summary>
    public ScoreRequest Request(int rows, params string[] keys)
    {
        var tensors = Tensors(rows);
        return new ScoreRequest
        {
            RowCount = rows,
            Keys = Tasks.ToDictionary(task => task, IReadOnlyList<string> (_) => keys),
            Floats = tensors.Floats,
            Integers = tensors.Integers,
        };
    }

    /// <summary>What the scorer says of the first rows; keys that are null are cold.</summary>
    public Scores Expected(int rows, long generation, params string?[] keys) => Expected(Scorer, Rows, rows, generation, keys);

    public Scores Expected(Scorer scorer, RowGroup group, int rows, long generation, params string?[] keys)
    {
        int[] places = [.. Enumerable.Range(0, rows)];
        return scorer.Score(group, places, Tasks.ToDictionary(task => task, ReadOnlyMemory<float> (task) =>
        {
            var unadapted = scorer.Unadapted(task);
            var embeddings = new float[rows * unadapted.EmbeddingSize];
            unadapted.Embed(group, places, embeddings);
            foreach (var row in places.Where(row => keys[row % keys.Length] is not null))
            {
                Vector(task, keys[row % keys.Length]!, generation).CopyTo(embeddings.AsSpan(row * unadapted.EmbeddingSize));
            }

            return embeddings;
        }));
    }

    /// <summary>The contents of all feature inputs for the first rows.</summary>
    public (Dictionary<string, ReadOnlyMemory<float>> Floats, Dictionary<string, ReadOnlyMemory<long>> Integers) Tensors(int rows)
    {
        var (floats, integers) = (new Dictionary<string, ReadOnlyMemory<float>>(), new Dictionary<string, ReadOnlyMemory<long>>());
        Add(Package.Global, Package.Manifest.Model.Global.Features, name => name);
        foreach (var block in Package.Manifest.Model.MetaBlocks)
        {
            Add(Package.Meta(block.Task), block.Features, name => Tasks.Count == 1 ? $"meta_{name}" : $"meta_{block.Task}_{name}");
        }

        return (floats, integers);

        void Add(PackageGraph graph, IEnumerable<string> features, Func<string, string> nameOf)
        {
            var layout = new FeatureLayout(features.Select(Package.Manifest.Schema.Feature));
            using var session = GraphSession.Open(Package, graph);
            using var batch = session.Rent();
            batch.Resize(("rows", rows), ("tasks", rows));
            new FeatureTensors(layout).Fill(Rows, [.. Enumerable.Range(0, rows)], batch);
            foreach (var input in layout.Inputs.Where(input => input.Kind == ElementKind.Float32))
            {
                floats[nameOf(input.Name)] = batch.Float32(input.Name).ToArray();
            }

            foreach (var input in layout.Inputs.Where(input => input.Kind == ElementKind.Int64))
            {
                integers[nameOf(input.Name)] = batch.Int64(input.Name).ToArray();
            }
        }
    }

    public void Dispose()
    {
        host.Dispose();
        Service.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Scorer.Dispose();
        Store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        folder.Dispose();
    }

    private StoredEmbedding Embedding(string task, string key, long generation) => new(task, key, Vector(task, key, generation), 0, 1, 0, 0);
}
