using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Tests.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Outer;

/// <summary>The outer gradient of Algorithm 2a, line 12, against finite differences.</summary>
public sealed class MetaGradientTests
{
    private const double Tolerance = 1e-6;

    public static TheoryData<string> Variants => [.. Specs.Keys];

    private static Dictionary<string, ModelSpec> Specs { get; } = DescribeSpecs();

    [Theory]
    [MemberData(nameof(Variants))]
    public void Loss_TotalGradient_EqualsFiniteDifferences(string variant)
    {
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(Specs[variant]);
        var batch = SampleEpisodes.Random(Specs[variant], [4, 0, 1, 3], [2, 1, 3, 2]);
        var objective = network.Objective();

        Close.Assert(FiniteDifferences.Of(network, () => objective.Loss(batch)), network.Gradients(() => objective.Loss(batch)), Tolerance);
    }

    [Fact]
    public void Loss_WithOuterL2_EqualsFiniteDifferences()
    {
        var spec = Specs["bilinear"];
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(spec);
        var batch = SampleEpisodes.Random(spec, [3, 2], [2, 3]);
        var objective = network.Objective(embeddingL2: 0.3, metaEmbeddingL2: 0.2);

        Close.Assert(FiniteDifferences.Of(network, () => objective.Loss(batch)), network.Gradients(() => objective.Loss(batch)), Tolerance);
    }

    [Fact]
    public void VanillaLoss_Gradient_EqualsFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(SampleNetwork.DefaultSpec);
        var rows = SampleEpisodes.Flat(SampleEpisodes.Random(SampleNetwork.DefaultSpec, [1], [6]).Query);
        var objective = network.Objective(0.3, 0.2);

        Close.Assert(FiniteDifferences.Of(network, () => objective.VanillaLoss(rows)), network.Gradients(() => objective.VanillaLoss(rows)), Tolerance);
    }

    [Theory]
    [InlineData("concatenation, gram form")]
    [InlineData("bilinear")]
    [InlineData("id embedding")]
    [InlineData("network")]
    [InlineData("transformer, all, weights form")]
    public void Loss_DirectGradient_EqualsDifferencesWithTheInnerLoopsGlobalBlockHeld(string variant)
    {
        var spec = Specs[variant];
        spec = spec with { InnerLoop = spec.InnerLoop with { Steps = 2, TotalGlobalGradient = false } };
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(spec);
        using var held = new SampleNetwork(spec);
        var batch = SampleEpisodes.Random(spec, [4, 0, 3], [2, 1, 3]);
        var gradients = network.Gradients(() => network.Objective().Loss(batch));
        var total = new SampleNetwork(spec with { InnerLoop = spec.InnerLoop with { TotalGlobalGradient = true } });
        var totals = total.Gradients(() => total.Objective().Loss(batch));

        Close.Assert(Globals(FiniteDifferences.Of(network, () => HeldLoss(held, network, batch))), Globals(gradients), Tolerance);
        Close.Assert(Metas(totals), Metas(gradients), 1e-12); // θ_meta's own gradient is the same
        Assert.True(Close.Distance(totals["global.layers.0.weight"], gradients["global.layers.0.weight"]) > 1e-3);
        total.Dispose();
    }

    [Theory]
    [InlineData(1, "relu, three steps", "meta.member.layers.0.weight")]
    [InlineData(3, "concatenation, gram form", "meta.member.layers.0.weight")]
    [InlineData(1, "transformer, read-out, curvature bound", "meta.member.layers.output.weight")]
    [InlineData(2, "transformer, all, gram form", "meta.member.layers.0.value.weight")]
    public void Loss_FirstOrder_EqualsDifferencesWithTheMovementHeld(int steps, string variant, string weight)
    {
        var spec = Specs[variant];
        spec = spec with { InnerLoop = new InnerLoopSpec { Steps = steps, StepSize = 0.2, SecondOrder = false, StepRule = spec.InnerLoop.StepRule } };
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(spec);
        using var held = new SampleNetwork(spec);
        using var second = new SampleNetwork(spec with { InnerLoop = spec.InnerLoop with { SecondOrder = true } });
        var batch = SampleEpisodes.Random(spec, [4, 0, 3], [2, 1, 3]);
        var gradients = network.Gradients(() => network.Objective().Loss(batch));
        var secondOrder = second.Gradients(() => second.Objective().Loss(batch));

        Close.Assert(FiniteDifferences.Of(network, () => HeldLoss(held, network, batch, rebase: true)), gradients, Tolerance);
        Assert.True(Close.Distance(secondOrder[weight], gradients[weight]) > 1e-3);
    }

    /// <summary>The query loss under the parameters of <paramref name="network"/> after the steps that those of <paramref name="held"/> lead to.</summary>
    private static Tensor HeldLoss(SampleNetwork held, SampleNetwork network, EpisodeBatch batch, bool rebase = false)
    {
        var start = held.Network.MetaBlocks["member"];
        var heldLoop = new InnerLoop<Tensor>(held.Network, held.Network.Spec.InnerLoop, batch.SupportLength);
        var moved = heldLoop.Adapt(start, heldLoop.Layers(), held.Objective().Support(batch)).Layers;
        var block = network.Network.MetaBlocks["member"];
        var live = block.Bind(new InnerLoop<Tensor>(network.Network, network.Network.Spec.InnerLoop, batch.SupportLength).Layers(), batch.Latest);
        var layers = live.With(moved.Names.Where(name => rebase || !Parameters.IsMeta(name)).Select(name => KeyValuePair.Create(name, moved[name].Rebase(live[name]))));
        if (!rebase)
        {
            layers = layers.With(moved.Names.Where(Parameters.IsMeta).Select(name => KeyValuePair.Create(name, moved[name])));
        }

        var global = network.Network.Global;
        var rows = global.Encode(batch.Query.Global);
        var sequence = network.Objective().Support(batch).Sequence;
        var embeddings = new Dictionary<string, Tensor> { ["member"] = block.Forward(layers, block.Encode(batch.Query.Meta), sequence) };
        var logits = global.Forward(layers, rows, global.Project(layers, rows), embeddings).Logit;
        return network.Network.Loss.Value(logits, batch.Query.Labels).mul(batch.Query.Weights).sum().div(batch.Query.Weights.sum());
    }

    private static Dictionary<string, double[]> Globals(Dictionary<string, double[]> gradients) => gradients.Where(entry => !Parameters.IsMeta(entry.Key)).ToDictionary();

    private static Dictionary<string, double[]> Metas(Dictionary<string, double[]> gradients) => gradients.Where(entry => Parameters.IsMeta(entry.Key)).ToDictionary();

    private static Dictionary<string, ModelSpec> DescribeSpecs()
    {
        var spec = SampleNetwork.DefaultSpec;
        var bilinear = spec.Global with { Interaction = Interaction.Bilinear, ItemFeatures = ["x", "item", "genres"] };
        var idBlock = new MetaBlockSpec { Task = "member", Kind = MetaBlockKind.IdEmbedding, Features = ["member"], EmbeddingSize = 2 };
        ModelSpec Looped(Func<InnerLoopSpec, InnerLoopSpec> change) => spec with { InnerLoop = change(spec.InnerLoop) };
        ModelSpec Embedding(Func<InnerLoopSpec, InnerLoopSpec> change) => spec with
        {
            MetaBlocks = [spec.MetaBlocks[0] with { History = ["item", "genres"] }],
            Global = bilinear,
            InnerLoop = change(spec.InnerLoop with { Adapts = AdaptedWeights.Embedding, MetaEmbeddingL2 = 0.1, Proximal = 0.7, LearnedProximal = true }),
        };
        ModelSpec Transformer(Func<TransformerSpec, TransformerSpec> change, Func<InnerLoopSpec, InnerLoopSpec> loop) => spec with
        {
            MetaBlocks = [SampleNetwork.TransformerBlock with { Transformer = change(SampleNetwork.TransformerBlock.Transformer!) }],
            Global = spec.Global with { Features = ["x", "item"], Layers = [new(3, Activation.Tanh)], Interaction = Interaction.Bilinear, ItemFeatures = ["item"] },
            InnerLoop = loop(spec.InnerLoop),
        };
        var small = spec.MetaBlocks[0] with { Features = ["age", "genres"], Layers = [new(2, Activation.Tanh)] };
        ModelSpec Formed(Func<GlobalBlockSpec, GlobalBlockSpec> form, Func<InnerLoopSpec, InnerLoopSpec> change) => Looped(change) with { MetaBlocks = [small], Global = form(spec.Global) };
        var narrow = spec.Global with { Features = ["x", "item"], Layers = [new(3, Activation.Tanh)] };
        var items = narrow with { ItemFeatures = ["x", "item"] };
        var relu = spec with
        {
            MetaBlocks = [spec.MetaBlocks[0] with { Layers = [new(4), new(4)] }],
            Global = spec.Global with { Layers = [new(4), new(3)] },
        };
        return new()
        {
            ["concatenation, gram form"] = Looped(loop => loop with { Form = AdaptedForm.Gram }),
            ["concatenation, weights form"] = Looped(loop => loop with { Form = AdaptedForm.Weights }),
            ["three steps, gram form"] = Looped(loop => loop with { Steps = 3, Form = AdaptedForm.Gram }),
            ["three steps, weights form"] = Looped(loop => loop with { Steps = 3, Form = AdaptedForm.Weights }),
            ["relu"] = relu,
            ["relu, three steps"] = relu with { InnerLoop = relu.InnerLoop with { Steps = 3 } },
            ["bilinear"] = spec with { Global = bilinear },
            ["bilinear, three steps"] = spec with { Global = bilinear, InnerLoop = spec.InnerLoop with { Steps = 3 } },
            ["concatenation and bilinear"] = spec with { Global = bilinear with { Interaction = Interaction.ConcatenationAndBilinear } },
            ["id embedding"] = spec with { MetaBlocks = [idBlock] },
            ["id embedding, bilinear, three steps"] = spec with { MetaBlocks = [idBlock], Global = bilinear, InnerLoop = spec.InnerLoop with { Steps = 3 } },
            ["graded labels"] = spec with { Label = LabelKind.Graded },
            ["real labels"] = spec with { Label = LabelKind.Real, InnerLoop = spec.InnerLoop with { StepSize = 0.02 } },
            ["mean loss, decay, proximal"] = Looped(loop => loop with { Steps = 3, Reduction = LossReduction.Mean, MetaEmbeddingL2 = 0.3, Proximal = 0.7 }),
            ["curvature bound, three steps"] = Looped(loop => loop with { Steps = 3, StepSize = 2, StepRule = StepRule.CurvatureBound }),
            ["curvature bound, proximal, decay, bilinear"] = Looped(loop => loop with { Steps = 3, StepSize = 2, StepRule = StepRule.CurvatureBound, MetaEmbeddingL2 = 0.3, Proximal = 0.7 }) with { Global = bilinear },
            ["curvature bound, id embedding"] = spec with { MetaBlocks = [idBlock], Global = bilinear, InnerLoop = spec.InnerLoop with { Steps = 2, StepSize = 2, StepRule = StepRule.CurvatureBound, MetaEmbeddingL2 = 0.3 } },
            ["curvature bound, real labels"] = Looped(loop => loop with { Steps = 2, StepSize = 2, StepRule = StepRule.CurvatureBound }) with { Label = LabelKind.Real },
            ["network"] = Looped(loop => loop with { Adapts = AdaptedWeights.Network }),
            ["network, bilinear, three steps"] = spec with { Global = bilinear with { Interaction = Interaction.ConcatenationAndBilinear }, InnerLoop = spec.InnerLoop with { Steps = 3, Adapts = AdaptedWeights.Network } },
            ["network, id embedding"] = spec with { MetaBlocks = [idBlock], InnerLoop = spec.InnerLoop with { Steps = 2, Adapts = AdaptedWeights.Network } },
            ["embedding, constant step"] = Looped(loop => loop with { Steps = 3, Adapts = AdaptedWeights.Embedding, MetaEmbeddingL2 = 0.3, Proximal = 0.7 }),
            ["embedding, curvature bound"] = Looped(loop => loop with { Steps = 3, StepSize = 2, StepRule = StepRule.CurvatureBound, Adapts = AdaptedWeights.Embedding, MetaEmbeddingL2 = 0.3 }) with { Global = bilinear },
            ["diagonal steps"] = Embedding(loop => loop with { Steps = 4, StepSize = 0.5, StepRule = StepRule.Diagonal }),
            ["diagonal steps, id embedding, real labels"] = Embedding(loop => loop with { Steps = 3, StepSize = 0.5, StepRule = StepRule.Diagonal, Reduction = LossReduction.Mean }) with { MetaBlocks = [idBlock], Label = LabelKind.Real },
            ["newton steps to the minimum"] = Embedding(loop => loop with { Steps = 12, StepSize = 1, StepRule = StepRule.Newton }),
            ["newton steps to the minimum, id embedding"] = Embedding(loop => loop with { Steps = 12, StepSize = 1, StepRule = StepRule.Newton, MetaEmbeddingL2 = 0 }) with { MetaBlocks = [idBlock with { History = ["genres"] }] },
            ["newton, real labels"] = Embedding(loop => loop with { Steps = 2, StepSize = 1, StepRule = StepRule.Newton }) with { Label = LabelKind.Real }, // quadratic: the first step is the minimum
            ["newton, dot product"] = Embedding(loop => loop with { Steps = 12, StepSize = 1, StepRule = StepRule.Newton }) with { Global = items with { Interaction = Interaction.DotProduct }, MetaBlocks = [spec.MetaBlocks[0] with { History = ["item"] }] },
            ["diagonal, low rank"] = Embedding(loop => loop with { Steps = 2, StepSize = 0.5, StepRule = StepRule.Diagonal }) with { Global = items with { Interaction = Interaction.LowRank, Rank = 2 }, MetaBlocks = spec.MetaBlocks },
            ["history"] = spec with { MetaBlocks = [spec.MetaBlocks[0] with { History = ["item", "genres"] }] },
            ["learned strengths of layers"] = Looped(loop => loop with { Steps = 3, StepSize = 2, StepRule = StepRule.CurvatureBound, Proximal = 0.7, LearnedProximal = true }),
            ["learned step sizes"] = Looped(loop => loop with { Steps = 2, LearnedStepSizes = true }),
            ["learned step sizes, embedding"] = Looped(loop => loop with { Steps = 2, Adapts = AdaptedWeights.Embedding, LearnedStepSizes = true }),
            ["learned step sizes, id embedding"] = spec with { MetaBlocks = [idBlock], InnerLoop = spec.InnerLoop with { Steps = 2, LearnedStepSizes = true } },
            ["dot product, three steps"] = Formed(_ => items with { Interaction = Interaction.DotProduct }, loop => loop with { Steps = 3 }),
            ["dot product, id embedding"] = Formed(_ => items with { Interaction = Interaction.DotProduct }, loop => loop with { Steps = 2, MetaEmbeddingL2 = 0.3 }) with { MetaBlocks = [idBlock] },
            ["low rank, three steps"] = Formed(_ => items with { Interaction = Interaction.LowRank, Rank = 1 }, loop => loop with { Steps = 3 }),
            ["low rank, id embedding"] = Formed(_ => items with { Interaction = Interaction.LowRank, Rank = 3 }, loop => loop with { Steps = 2 }) with { MetaBlocks = [idBlock] },
            ["film, three steps"] = Formed(global => global with { Interaction = Interaction.Film }, loop => loop with { Steps = 3 }),
            ["film, id embedding, curvature bound"] = Formed(global => global with { Interaction = Interaction.Film }, loop => loop with { Steps = 2, StepSize = 2, StepRule = StepRule.CurvatureBound }) with { MetaBlocks = [idBlock] },
            ["cross, three steps"] = Formed(_ => narrow with { CrossLayers = 2 }, loop => loop with { Steps = 3 }),
            ["cross, id embedding"] = Formed(_ => narrow with { CrossLayers = 2 }, loop => loop with { Steps = 2 }) with { MetaBlocks = [idBlock] },
            ["wide, cross without embeddings"] = Formed(_ => narrow with { Interaction = Interaction.Film, CrossLayers = 1, Wide = true }, loop => loop with { Steps = 2 }),
            ["network, film, cross, wide"] = Formed(_ => narrow with { Interaction = Interaction.Film, CrossLayers = 2, Wide = true }, loop => loop with { Steps = 2, Adapts = AdaptedWeights.Network }),
            ["network, cross, id embedding"] = Formed(_ => narrow with { CrossLayers = 1 }, loop => loop with { Steps = 2, Adapts = AdaptedWeights.Network }) with { MetaBlocks = [idBlock] },
            ["network, dot product"] = Formed(_ => items with { Interaction = Interaction.DotProduct }, loop => loop with { Steps = 2, Adapts = AdaptedWeights.Network }),
            ["network, low rank, id embedding"] = Formed(_ => items with { Interaction = Interaction.LowRank, Rank = 2 }, loop => loop with { Steps = 2, Adapts = AdaptedWeights.Network }) with { MetaBlocks = [idBlock] },
            ["transformer, read-out, curvature bound"] = Transformer(sizes => sizes, loop => loop with { Steps = 3, StepSize = 2, StepRule = StepRule.CurvatureBound, MetaEmbeddingL2 = 0.3 }),
            ["transformer, read-out, gram form"] = Transformer(sizes => sizes with { Depth = 2 }, loop => loop with { Steps = 2, Form = AdaptedForm.Gram }),
            ["transformer, last layer"] = Transformer(sizes => sizes with { Depth = 2, Adapts = AdaptedLayers.LastLayer }, loop => loop with { Steps = 2 }),
            ["transformer, all, gram form"] = Transformer(sizes => sizes with { Adapts = AdaptedLayers.All }, loop => loop with { Steps = 2, Form = AdaptedForm.Gram }),
            ["transformer, all, weights form"] = Transformer(sizes => sizes with { Depth = 2, Heads = 1, Adapts = AdaptedLayers.All }, loop => loop with { Steps = 2, Form = AdaptedForm.Weights }),
            ["transformer, all, history, real labels"] = Transformer(sizes => sizes with { Adapts = AdaptedLayers.All, Sequence = [] }, loop => loop with { StepSize = 0.02 }) with
            {
                MetaBlocks = [SampleNetwork.TransformerBlock with { History = ["genres"], Transformer = SampleNetwork.TransformerBlock.Transformer! with { Sequence = [] } }],
                Label = LabelKind.Real,
            },
            ["transformer, newton"] = Transformer(sizes => sizes, loop => loop with { Steps = 12, StepSize = 1, StepRule = StepRule.Newton, Adapts = AdaptedWeights.Embedding, MetaEmbeddingL2 = 0.1, Proximal = 0.7, LearnedProximal = true }),
            ["transformer, learned step sizes"] = Transformer(sizes => sizes with { Adapts = AdaptedLayers.LastLayer }, loop => loop with { LearnedStepSizes = true }),
            ["transformer, network"] = Transformer(sizes => sizes with { Adapts = AdaptedLayers.All }, loop => loop with { Adapts = AdaptedWeights.Network }),
            ["linear blocks"] = spec with { MetaBlocks = [spec.MetaBlocks[0] with { Layers = [] }], Global = spec.Global with { Layers = [] } },
        };
    }
}
