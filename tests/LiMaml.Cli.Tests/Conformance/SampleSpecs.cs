using LiMaml.Cli.Tests.Handoff;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Cli.Tests.Conformance;

/// <summary>
/// A small model for each value of each choice that a spec or a schema offers, by a name that can be a folder's. Whoever adds
/// a value adds a sample of it: the lists come from the enumerations, and a value without a sample throws.
/// </summary>
internal static class SampleSpecs
{
    private static readonly ModelSpec Default = SampleCheckpoint.DefaultSpec;
    private static readonly MetaBlockSpec Block = Default.MetaBlocks[0];
    private static readonly MetaBlockSpec IdBlock = new() { Task = "member", Kind = MetaBlockKind.IdEmbedding, Features = ["member"], EmbeddingSize = 4 };

    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, ModelSpec> All { get; } = Describe().ToDictionary(sample => sample.Name, sample => sample.Spec);

    /// <summary>Those whose global block reads numbers alone, which is all that small runtimes can do.</summary>
    public static IReadOnlyDictionary<string, ModelSpec> Dense { get; } = DescribeDense().ToDictionary(sample => sample.Name, sample => sample.Spec);

    private static IEnumerable<(string Name, ModelSpec Spec)> Describe() =>
    [
        .. Each<TrainingAlgorithm>(Of),
        .. Each<LabelKind>(label => Default with { Label = label }),
        .. Each<MetaBlockKind>(Of),
        .. Each<AdaptedLayers>(Of),
        .. Each<Activation>(Of),
        .. Each<Interaction>(Of),
        .. Each<AdaptedWeights>(Of),
        .. Each<StepRule>(Of),
        .. Each<LossReduction>(reduction => Tuned(tuning => tuning with { Reduction = reduction, Proximal = 0.5, MetaEmbeddingL2 = 0.3 })),
        .. Each<AdaptedForm>(form => Tuned(tuning => tuning with { Form = form })),
        .. SampleSchema.Binary.Features.Select(feature => ($"feature-{feature.Name}", Reading(feature.Name))),
        ("cross", Default with { Global = Default.Global with { CrossLayers = 2 } }),
        ("transformer-newton", Convex(StepRule.Newton, 2, 1) with { MetaBlocks = [Of(AdaptedLayers.ReadOut).MetaBlocks[0]] }),
        ("history", Default with { MetaBlocks = [Block with { History = ["item", "genres"] }] }),
        ("learned-proximal", Learned(Default.FineTuning with { StepSize = 0.5, Proximal = 1, LearnedProximal = true })),
        ("learned-step-sizes", Learned(Default.FineTuning with { StepRule = StepRule.Constant, StepSize = 0.05, LearnedStepSizes = true })),
        ("two-definitions", Default with { MetaBlocks = [Block, IdBlock with { Task = "item", Features = ["item"] }], Global = Default.Global with { CrossLayers = 1, Wide = true } }),
        ("no-layers", Default with { MetaBlocks = [Block with { Layers = [] }], Global = Default.Global with { Layers = [] } }),
    ];

    private static IEnumerable<(string Name, ModelSpec Spec)> DescribeDense() =>
    [
        .. Each<Interaction>(interaction => OnNumbers(Of(interaction))),
        .. Each<Activation>(activation => OnNumbers(Of(activation))),
        .. Each<LabelKind>(label => OnNumbers(Default with { Label = label })),
        .. SampleSchema.Binary.Features.Where(IsNumber).Select(feature => ($"feature-{feature.Name}", Reading(feature.Name))),
        ("cross-wide", OnNumbers(Default with { Global = Default.Global with { CrossLayers = 2, Wide = true } })),
        ("no-layers", OnNumbers(Default with { Global = Default.Global with { Layers = [] } })),
    ];

    private static ModelSpec? Of(TrainingAlgorithm algorithm) => algorithm switch
    {
        TrainingAlgorithm.Vanilla or TrainingAlgorithm.LiMaml => Default with { Algorithm = algorithm },
        TrainingAlgorithm.Maml => null, // adapts the whole network, which is not served
        TrainingAlgorithm.WideAndDeep => Default with { Algorithm = algorithm, MetaBlocks = [IdBlock], Global = Default.Global with { Wide = true } },
        _ => throw WithoutSample(algorithm),
    };

    private static ModelSpec Of(MetaBlockKind kind) => kind switch
    {
        MetaBlockKind.Mlp => Default,
        MetaBlockKind.IdEmbedding => Default with { MetaBlocks = [IdBlock], Global = Default.Global with { CrossLayers = 1 } },
        MetaBlockKind.Transformer => Of(AdaptedLayers.ReadOut),
        _ => throw WithoutSample(kind),
    };

    private static ModelSpec Of(AdaptedLayers adapts) => adapts switch
    {
        AdaptedLayers.ReadOut => Attentive(adapts, Default.FineTuning),
        AdaptedLayers.LastLayer or AdaptedLayers.All => Attentive(adapts, Default.FineTuning with { StepRule = StepRule.Constant }),
        _ => throw WithoutSample(adapts),
    };

    private static ModelSpec Attentive(AdaptedLayers adapts, InnerLoopSpec loop) => Default with
    {
        MetaBlocks = [Block with { Kind = MetaBlockKind.Transformer, Transformer = new() { Width = 12, Depth = 2, FeedForward = 10, Sequence = ["item", "member"], Adapts = adapts } }],
        InnerLoop = loop,
        FineTuning = loop,
    };

    private static ModelSpec Of(Activation activation)
    {
        LayerSpec[] layers = [new(7, activation), new(5, activation)];
        return Default with { MetaBlocks = [Block with { Layers = layers }], Global = Default.Global with { Layers = layers } };
    }

    private static ModelSpec Of(Interaction interaction)
    {
        var global = Default.Global with { Interaction = interaction };
        return Default with
        {
            MetaBlocks = interaction is Interaction.Pairwise ? [Block, Block with { Task = "item", Features = ["genres", "raw"] }] : Default.MetaBlocks,
            Global = interaction switch
            {
                Interaction.Concatenation or Interaction.Film or Interaction.Pairwise => global,
                Interaction.Bilinear or Interaction.ConcatenationAndBilinear or Interaction.DotProduct => global with { ItemFeatures = ["item", "raw", "genres"] },
                Interaction.LowRank => global with { ItemFeatures = ["item", "raw", "genres"], Rank = 3 },
                _ => throw WithoutSample(interaction),
            },
        };
    }

    private static ModelSpec? Of(AdaptedWeights adapts) => adapts switch
    {
        AdaptedWeights.MetaBlock or AdaptedWeights.Embedding => Tuned(tuning => tuning with { Adapts = adapts }),
        AdaptedWeights.Network => null, // is not served
        _ => throw WithoutSample(adapts),
    };

    private static ModelSpec Of(StepRule rule) => rule switch
    {
        StepRule.Constant or StepRule.CurvatureBound => Tuned(tuning => tuning with { StepRule = rule }),
        StepRule.Diagonal => Convex(rule, 10, 0.5),
        StepRule.Newton => Convex(rule, 2, 1),
        _ => throw WithoutSample(rule),
    };

    private static ModelSpec Convex(StepRule rule, int steps, double stepSize) =>
        Learned(new InnerLoopSpec { Adapts = AdaptedWeights.Embedding, StepRule = rule, Steps = steps, StepSize = stepSize, Proximal = 2, LearnedProximal = true, SupportCapacity = 8 }) with
        {
            MetaBlocks = [Block with { History = ["item", "genres"] }],
            Global = Of(Interaction.Bilinear).Global,
        };

    private static ModelSpec Learned(InnerLoopSpec loop) => Default with { InnerLoop = loop, FineTuning = loop };

    private static ModelSpec Tuned(Func<InnerLoopSpec, InnerLoopSpec> change) => Default with { FineTuning = change(Default.FineTuning) };

    private static ModelSpec Reading(string feature) =>
        Default with { MetaBlocks = [Block with { Features = [feature] }], Global = Default.Global with { Features = [feature] } };

    private static ModelSpec OnNumbers(ModelSpec spec)
    {
        string[] numbers = [.. SampleSchema.Binary.Features.Where(IsNumber).Select(feature => feature.Name)];
        return spec with { Global = spec.Global with { Features = numbers, ItemFeatures = spec.Global.ItemFeatures.Count == 0 ? [] : ["raw", "taste"] } };
    }

    private static bool IsNumber(Feature feature) => feature is DenseFeature or VectorFeature;

    private static IEnumerable<(string Name, ModelSpec Spec)> Each<T>(Func<T, ModelSpec?> sample)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (sample(value) is { } spec)
            {
                yield return ($"{typeof(T).Name}-{value}", spec);
            }
        }
    }

    private static InvalidOperationException WithoutSample<T>(T value)
        where T : struct, Enum => new($"{typeof(T).Name}.{value} has no sample here: add one, so that every runtime is tried with it.");
}
