using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Outer;
using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Network;

/// <summary>A small network in double precision with random parameters, biases included.</summary>
internal sealed class SampleNetwork : IDisposable
{
    public static readonly DatasetSchema Schema = new(
        DatasetSchema.CurrentFormatVersion,
        "sample",
        LabelKind.Binary,
        [
            new DenseFeature("age", DenseTransform.Standardise, 0.2f, 1.5f),
            new DenseFeature("visits", DenseTransform.Log1p, 0.5f, 0.8f),
            new DenseFeature("x"),
            new DenseFeature("y"),
            new CategoricalFeature("member", HashBuckets: 5),
            new CategoricalFeature("item", HashBuckets: 4),
            new MultiValuedFeature("genres", ["a", "b", "c"], null, 2),
            new VectorFeature("taste", 2),
        ],
        [new TaskDefinition("member", ["member"], ["age", "genres"])]);

    public SampleNetwork(ModelSpec spec, int seed = 1)
    {
        set_num_threads(1); // tensors this small only make threads wait for each other
        var schema = Schema with { Label = spec.Label };
        Parameters = ModelParameters.Initialise(spec, schema, seed, CPU, ScalarType.Float64);
        var random = new Random(seed);
        Parameters.Load(Parameters.ToNamedTensors().ToDictionary(
            entry => entry.Key,
            entry => new NamedTensor(entry.Value.Shape, ((float[])entry.Value.Data).Select(value => value + (float)(0.4 * (random.NextDouble() - 0.5))).ToArray())));
        Network = new Network<Tensor>(spec, schema, new TorchAlgebra(CPU, ScalarType.Float64), name => Parameters[name]);
    }

    /// <summary>Every kind of feature in both blocks; smooth activations.</summary>
    public static ModelSpec DefaultSpec { get; } = new()
    {
        MetaBlocks =
        [
            new MetaBlockSpec
            {
                Task = "member",
                Features = ["age", "visits", "genres", "item"],
                FeatureEmbeddingSize = 2,
                Layers = [new(3, Activation.Tanh), new(3, Activation.Tanh)],
                EmbeddingSize = 2,
            },
        ],
        Global = new GlobalBlockSpec
        {
            Features = ["x", "y", "item", "genres", "taste"],
            FeatureEmbeddingSize = 2,
            Layers = [new(4, Activation.Tanh), new(3, Activation.Tanh)],
        },
        InnerLoop = new InnerLoopSpec { Steps = 1, StepSize = 0.2, StepRule = StepRule.Constant, MetaEmbeddingL2 = 0, TotalGlobalGradient = true },
    };

    /// <summary>A transformer over features of every kind, one of them outside the global block.</summary>
    public static MetaBlockSpec TransformerBlock { get; } = new()
    {
        Task = "member",
        Kind = MetaBlockKind.Transformer,
        Features = ["age", "genres"],
        FeatureEmbeddingSize = 2,
        EmbeddingSize = 2,
        Transformer = new TransformerSpec { Width = 4, Heads = 2, Depth = 1, FeedForward = 3, Sequence = ["x", "item", "member"] },
    };

    /// <summary>Dense features only, each block's as they are: what a plain multilayer perceptron reads.</summary>
    public static ModelSpec PlainSpec { get; } = DefaultSpec with
    {
        MetaBlocks = [DefaultSpec.MetaBlocks[0] with { Features = ["x", "y"] }],
        Global = DefaultSpec.Global with { Features = ["x", "y"] },
    };

    public ModelParameters Parameters { get; }

    public Network<Tensor> Network { get; }

    public OuterObjective Objective(double embeddingL2 = 0, double metaEmbeddingL2 = 0) => new(Network, embeddingL2, metaEmbeddingL2);

    /// <summary>The gradient of <paramref name="loss"/> at every parameter, 0 where it does not depend on it.</summary>
    public Dictionary<string, double[]> Gradients(Func<Tensor> loss)
    {
        using var scope = NewDisposeScope();
        loss().backward();
        return Parameters.Declarations.ToDictionary(declaration => declaration.Name, declaration =>
        {
            using var gradient = Parameters[declaration.Name].grad;
            var values = gradient is null ? new double[declaration.Shape.Aggregate(1L, (product, size) => product * size)] : gradient.contiguous().data<double>().ToArray();
            gradient?.zero_();
            return values;
        });
    }

    public void Dispose() => Parameters.Dispose();
}
