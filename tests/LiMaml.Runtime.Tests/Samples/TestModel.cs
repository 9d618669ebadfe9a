using System.Text.Json.Nodes;
using LiMaml.Export;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Verification;

namespace LiMaml.Runtime.Tests.Samples;

/// <summary>Small models with random weights that read every kind of feature, exported as packages.</summary>
internal static class TestModel
{
    public static DatasetSchema Schema { get; } = new(
        DatasetSchema.CurrentFormatVersion,
        "sample",
        LabelKind.Binary,
        [
            new DenseFeature("visits", DenseTransform.Log1p, 1, 2),
            new DenseFeature("age", DenseTransform.Standardise, 30, 10),
            new CategoricalFeature("member", HashBuckets: 40),
            new CategoricalFeature("city", ["a", "b", "c"]),
            new CategoricalFeature("item", HashBuckets: 9),
            new MultiValuedFeature("genres", ["x", "y", "z"], null, 3),
            new VectorFeature("taste", 4),
        ],
        [new TaskDefinition("member", ["member"], ["age", "city"]), new TaskDefinition("item", ["item"], ["genres"])]);

    private static InnerLoopSpec NewtonLoop => new()
    {
        Adapts = AdaptedWeights.Embedding,
        StepRule = StepRule.Newton,
        Steps = 2,
        StepSize = 1,
        Proximal = 1,
        LearnedProximal = true,
        SupportCapacity = 12,
        HalfLife = 5,
    };

    /// <summary>An MLP meta block, one task definition.</summary>
    public static ModelSpec Mlp { get; } = new()
    {
        MetaBlocks =
        [
            new MetaBlockSpec
            {
                Task = "member",
                Features = ["visits", "city", "genres", "taste", "age"],
                FeatureEmbeddingSize = 3,
                Layers = [new(8), new(6)],
                EmbeddingSize = 5,
            },
        ],
        Global = new GlobalBlockSpec { Features = ["age", "item", "city", "genres", "taste"], FeatureEmbeddingSize = 3, Layers = [new(9), new(7)] },
        FineTuning = new InnerLoopSpec { Steps = 3, StepSize = 0.05, StepRule = StepRule.Constant, MetaEmbeddingL2 = 0, SupportCapacity = 12 },
    };

    /// <summary>The same without logarithms, whose last bit depends on a value's place in a batch.</summary>
    public static ModelSpec Exact { get; } = Mlp with { MetaBlocks = [Mlp.MetaBlocks[0] with { Features = ["city", "genres", "taste", "age"] }] };

    /// <summary>A learned row for each task.</summary>
    public static ModelSpec Id { get; } = Mlp with
    {
        MetaBlocks = [new MetaBlockSpec { Task = "member", Kind = MetaBlockKind.IdEmbedding, Features = ["member"], EmbeddingSize = 5 }],
    };

    /// <summary>Two task definitions side by side.</summary>
    public static ModelSpec Two { get; } = Mlp with
    {
        MetaBlocks = [Exact.MetaBlocks[0], Mlp.MetaBlocks[0] with { Task = "item", Features = ["genres", "taste"], EmbeddingSize = 3 }],
    };

    /// <summary>Numbers as labels.</summary>
    public static ModelSpec Real { get; } = Exact with { Label = LabelKind.Real, FineTuning = Mlp.FineTuning with { StepSize = 0.002 } };

    /// <summary>The embedding alone moves, by Newton steps with learned strengths; older samples count less, and a history bag is read.</summary>
    public static ModelSpec Newton { get; } = Exact with
    {
        MetaBlocks = [Exact.MetaBlocks[0] with { History = ["item", "genres"] }],
        Global = Exact.Global with { Interaction = Interaction.Bilinear, ItemFeatures = ["item", "taste"] },
        InnerLoop = NewtonLoop,
        FineTuning = NewtonLoop,
    };

    /// <summary>The support as a sequence, with features that nothing else reads; every layer moves.</summary>
    public static ModelSpec Transformer { get; } = Exact with
    {
        MetaBlocks =
        [
            Exact.MetaBlocks[0] with
            {
                Kind = MetaBlockKind.Transformer,
                Transformer = new TransformerSpec { Width = 8, FeedForward = 6, Depth = 2, Sequence = ["item", "member"], Adapts = AdaptedLayers.All },
            },
        ],
        InnerLoop = Exact.FineTuning,
    };

    /// <summary>Members and items that meet each other, with the features of the shared dataset of pairs.</summary>
    public static ModelSpec Pair { get; } = new()
    {
        MetaBlocks =
        [
            new MetaBlockSpec { Task = "member", Features = ["tenure"], FeatureEmbeddingSize = 3, Layers = [], EmbeddingSize = 4, History = ["item_id"], HalfLife = 20 },
            new MetaBlockSpec { Task = "item", Features = ["price"], FeatureEmbeddingSize = 3, Layers = [], EmbeddingSize = 4, History = ["member_id"], SupportCapacity = 9 },
        ],
        Global = new GlobalBlockSpec { Features = ["tenure", "price"], FeatureEmbeddingSize = 3, Layers = [new(5)], Interaction = Interaction.Pairwise },
        InnerLoop = NewtonLoop,
        FineTuning = NewtonLoop,
    };

    /// <summary>Fine-tuning that runs away on any support.</summary>
    public static ModelSpec Diverging { get; } = Real with { FineTuning = Mlp.FineTuning with { Steps = 40, StepSize = 1e6 } };

    /// <summary>The model's package in <paramref name="folder"/>; what its handoff says of outputs is made up.</summary>
    public static ModelPackage Package(ModelSpec spec, string folder, int seed = 1, DatasetSchema? schema = null)
    {
        var checkpoint = Checkpoint(spec, (schema ?? Schema) with { Label = spec.Label }, seed);
        var graphs = PackageGraphs.Of(checkpoint.Model, checkpoint.Schema);
        return Package(checkpoint, [.. graphs.Select((graph, index) => Case(graph, checkpoint.Schema, new Random(seed + index)))], folder);
    }

    /// <summary>The same, its handoff recorded from its own graphs.</summary>
    public static ModelPackage Recorded(ModelSpec spec, string folder, DatasetSchema? schema = null)
    {
        var unrecorded = Package(spec, folder + "-unrecorded", schema: schema);
        var package = Package(Checkpoint(spec, unrecorded.Manifest.Schema), Record(unrecorded, unrecorded.ReadHandoff()), folder);
        Directory.Delete(unrecorded.Folder, recursive: true);
        return package;
    }

    /// <summary>A package with the given handoff.</summary>
    public static ModelPackage Package(Checkpoint checkpoint, IReadOnlyList<HandoffCase> handoff, string folder)
    {
        ModelExporter.Export(checkpoint, handoff, folder);
        return ModelPackage.Open(folder);
    }

    public static Checkpoint Checkpoint(ModelSpec spec, DatasetSchema schema, int seed = 1)
    {
        var random = new Random(seed);
        return new Checkpoint(spec, schema, new JsonObject { ["run"] = "sample" }, Parameters.Declare(spec, schema).ToDictionary(
            declaration => declaration.Name,
            declaration => new NamedTensor([.. declaration.Shape], Floats(random, declaration.Shape, declaration.InitialDeviation is 0 ? 0.2 : 2 * declaration.InitialDeviation))));
    }

    private static List<HandoffCase> Record(ModelPackage package, IReadOnlyList<HandoffCase> cases) => [.. cases.Select(recorded =>
    {
        var graph = package.Manifest.Graphs.Single(graph => graph.Name == recorded.Graph);
        using var session = GraphSession.Open(package, graph);
        using var batch = session.Rent();
        RecordedRun.Run(recorded, graph, batch);
        return recorded with
        {
            Outputs = graph.Outputs.ToDictionary(output => output.Name, output => new NamedTensor([.. batch.Shape(output.Name)], batch.Float32(output.Name).ToArray())),
        };
    })];

    private static HandoffCase Case(PackageGraph graph, DatasetSchema schema, Random random) => new(
        graph.Name,
        "random",
        graph.Inputs.ToDictionary(input => input.Name, input => Tensor(input.Kind, input.Features, Shape(input.Axes), schema, random)),
        graph.Outputs.ToDictionary(output => output.Name, output => Tensor(output.Kind, [], Shape(output.Axes), schema, random)));

    private static long[] Shape(IEnumerable<string> axes) => [.. axes.Select(axis => axis switch
    {
        GraphTensorNames.TasksAxis => 3,
        GraphTensorNames.SupportAxis => 4,
        GraphTensorNames.RowsAxis => 5,
        _ => long.Parse(axis, System.Globalization.CultureInfo.InvariantCulture),
    })];

    private static NamedTensor Tensor(ElementKind kind, IReadOnlyList<string> features, long[] shape, DatasetSchema schema, Random random)
    {
        if (kind == ElementKind.Float32)
        {
            return new NamedTensor(shape, Floats(random, shape, 0.5).Select(Math.Abs).ToArray());
        }

        var sizes = features.Select(feature => schema.Feature(feature) is CategoricalFeature categorical ? categorical.Size : 4).ToArray();
        var count = shape.Aggregate(1L, (product, size) => product * size);
        return new NamedTensor(shape, Enumerable.Range(0, (int)count).Select(index => (long)random.Next(sizes[index % sizes.Length])).ToArray());
    }

    private static float[] Floats(Random random, IReadOnlyList<long> shape, double deviation) =>
        [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(_ => (float)(deviation * Math.Sqrt(3) * ((2 * random.NextDouble()) - 1)))];
}
