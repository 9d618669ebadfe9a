using LiMaml.Export.Graphs;
using LiMaml.Export.Tests.Reference;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Export.Tests.Models;

/// <summary>A small model with random weights over the <see cref="SampleSchema"/>, and random inputs for its graphs.</summary>
internal sealed class SampleModel
{
    public SampleModel(ModelSpec spec, int seed = 3)
    {
        Spec = spec;
        Schema = SampleSchema.Of(spec.Label);
        var random = new Random(seed);
        Weights = Parameters.Declare(spec, Schema).ToDictionary(
            declaration => declaration.Name,
            declaration => Normals(random, declaration.Shape.Aggregate(1L, (product, size) => product * size), declaration.InitialDeviation == 0 ? 0.1 : declaration.InitialDeviation));
        Graphs = PackageGraphs.Of(spec, Schema);
    }

    public ModelSpec Spec { get; }

    public DatasetSchema Schema { get; }

    public IReadOnlyDictionary<string, float[]> Weights { get; }

    public IReadOnlyList<PackageGraph> Graphs { get; }

    /// <summary>Every kind of feature and of layer, one task definition.</summary>
    public static ModelSpec DefaultSpec { get; } = new()
    {
        MetaBlocks =
        [
            new MetaBlockSpec
            {
                Task = "member",
                Features = ["age", "city", "visits", "genres", "hour", "taste"],
                FeatureEmbeddingSize = 3,
                Layers = [new(7), new(6, Activation.Tanh, Dropout: 0.3)],
                EmbeddingSize = 4,
            },
        ],
        Global = new GlobalBlockSpec
        {
            Features = ["age", "item", "city", "raw", "hour", "genres", "taste"],
            FeatureEmbeddingSize = 3,
            Layers = [new(8), new(5)],
        },
        FineTuning = new InnerLoopSpec { Steps = 3, StepSize = 0.05, StepRule = StepRule.Constant, MetaEmbeddingL2 = 0, SupportCapacity = 8 },
    };

    public static int Size(string feature) => SampleSchema.Binary.Feature(feature) switch
    {
        CategoricalFeature categorical => categorical.Size,
        MultiValuedFeature multiValued => multiValued.Size,
        _ => throw new ArgumentException(feature),
    };

    public PackageGraph Described(string name) => Graphs.Single(graph => graph.Name == name);

    public OnnxModel Graph(string name, ExportProfile profile = ExportProfile.Default) =>
        new NetworkGraph(Spec, Schema, (weight, shape) => new NamedTensor(shape, Weights[weight]), profile).Build(Described(name), new Dictionary<string, string>());

    /// <summary>What the graph must give, by the same network over plain arrays.</summary>
    public IReadOnlyDictionary<string, NdArray> Expect(string name, IReadOnlyDictionary<string, NdArray> inputs)
    {
        var shapes = Parameters.Declare(Spec, Schema).ToDictionary(declaration => declaration.Name, declaration => declaration.Shape);
        var network = new ServedNetwork<NdArray>(
            Spec, Schema, new ReferenceAlgebra(), weight => new NdArray([.. Weights[weight].Select(value => (double)value)], [.. shapes[weight].Select(size => (int)size)]));
        return network.Evaluate(Described(name), inputs);
    }

    /// <summary>Random inputs; support samples beyond <paramref name="lengths"/> of their task are padding.</summary>
    public Dictionary<string, NdArray> Inputs(string name, int rows, int support = 0, int[]? lengths = null, int seed = 5)
    {
        var random = new Random(seed);
        var inputs = Described(name).Inputs.ToDictionary(input => input.Name, input => Values(random, input, Concrete(input, rows, support)));
        if (inputs.TryGetValue(GraphTensorNames.SupportWeight, out var weight))
        {
            inputs[GraphTensorNames.SupportWeight] = NdArray.Build(weight.Shape, index => index[1] < (lengths?[index[0]] ?? support) ? weight.At(index) : 0);
            if (inputs.ContainsKey(GraphTensorNames.SupportPosition))
            {
                inputs[GraphTensorNames.SupportPosition] = NdArray.Build(weight.Shape, index => index[1] < (lengths?[index[0]] ?? support) ? index[1] + 1 : 0);
            }
        }

        return inputs;
    }

    private static int[] Concrete(GraphInput input, int rows, int support) => [.. input.Axes.Select(axis => axis switch
    {
        GraphTensorNames.SupportAxis => support,
        GraphTensorNames.TasksAxis or GraphTensorNames.RowsAxis => rows,
        _ => int.Parse(axis, System.Globalization.CultureInfo.InvariantCulture),
    })];

    private static NdArray Values(Random random, GraphInput input, int[] shape) => NdArray.Build(shape, index => input switch
    {
        { Kind: ElementKind.Int64 } => random.Next(Size(input.Features[input.Features.Count == 1 ? 0 : index[^1]])),
        { Name: GraphTensorNames.SupportLabel } => random.Next(2),
        { Name: GraphTensorNames.SupportElapsed } => (float)(random.NextDouble() * 30),
        { Name: GraphTensorNames.SupportWeight } => 0.25 + (random.Next(4) * 0.25),
        { Features.Count: > 0 } when input.Features[0] != "taste" => Dense(random, input.Features[index[^1]]),
        _ => (float)((random.NextDouble() * 2) - 1),
    });

    private static double Dense(Random random, string feature) => feature switch
    {
        "age" => random.Next(18, 70),
        "visits" => random.Next(40),
        "hour" => random.Next(5) * 6,
        _ => (float)((random.NextDouble() * 2) - 1),
    };

    private static float[] Normals(Random random, long count, double deviation) => [.. Enumerable.Range(0, (int)count)
        .Select(_ => (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
}
