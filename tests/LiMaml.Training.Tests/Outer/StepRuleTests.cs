using LiMaml.Models.Network;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Tests.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Outer;

/// <summary>A row that meets the item in a product makes a convex support loss, so that a bound of its curvature holds everywhere.</summary>
public sealed class StepRuleTests
{
    private const double HugeStep = 1e4;
    private static readonly int[] Supports = [40, 1, 0, 7];

    private static ModelSpec Spec { get; } = SampleNetwork.PlainSpec with
    {
        MetaBlocks = [new MetaBlockSpec { Task = "member", Kind = MetaBlockKind.IdEmbedding, Features = ["member"], EmbeddingSize = 4 }],
        Global = SampleNetwork.PlainSpec.Global with { Interaction = Interaction.Bilinear, ItemFeatures = ["x"] },
    };

    [Fact]
    public void Adapt_CurvatureBound_NeverRaisesAConvexSupportLoss()
    {
        using var scope = NewDisposeScope();
        var losses = Enumerable.Range(0, 12).Select(steps => SupportLoss(StepRule.CurvatureBound, steps)).ToArray();

        for (var steps = 1; steps < losses.Length; steps++)
        {
            Assert.All(losses[steps].Zip(losses[steps - 1]), pair => Assert.InRange(pair.First, 0, pair.Second + 1e-12));
        }

        Assert.True(losses[^1][0] < losses[0][0] - 0.01, $"{losses[^1][0]} should be well below {losses[0][0]}");
    }

    [Fact]
    public void Adapt_ConstantStep_OvershootsWhereTheBoundHolds()
    {
        using var scope = NewDisposeScope();
        Assert.True(SupportLoss(StepRule.Constant, 3)[0] > SupportLoss(StepRule.Constant, 0)[0]);
    }

    [Fact]
    public void Adapt_CurvatureBoundTinyStep_IsTheConstantStep()
    {
        using var scope = NewDisposeScope();
        var constant = SupportLoss(StepRule.Constant, 2, 1e-6);
        var bound = SupportLoss(StepRule.CurvatureBound, 2, 1e-6);

        Assert.All(constant.Zip(bound), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Adapt_NewtonAndDiagonal_EndAtTheSameMinimum(bool isId)
    {
        using var scope = NewDisposeScope();
        var spec = Convex(isId);
        var newton = Embeddings(spec, loop => loop with { StepRule = StepRule.Newton, Steps = 8, StepSize = 1 });
        var diagonal = Embeddings(spec, loop => loop with { StepRule = StepRule.Diagonal, Steps = 3000, StepSize = 0.5 });
        var unadapted = Embeddings(spec, loop => loop with { Steps = 0 });

        Assert.All(newton.Zip(diagonal), pair => Assert.Equal(pair.Second, pair.First, 1e-7));
        Assert.True(Close.Distance(unadapted, newton) > 0.1);
    }

    [Fact]
    public void Adapt_NewtonOfAStrongPull_StaysAtTheStart()
    {
        using var scope = NewDisposeScope();
        var pulled = Embeddings(Convex(isId: false), loop => loop with { StepRule = StepRule.Newton, Steps = 3, StepSize = 1, Proximal = 1e9 });

        Assert.All(pulled.Zip(Embeddings(Convex(isId: false), loop => loop with { Steps = 0 })), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }

    [Fact]
    public void Adapt_Newton_PaddingChangesNothing()
    {
        using var scope = NewDisposeScope();
        var spec = Convex(isId: false);
        using var network = new SampleNetwork(spec);
        var batch = SampleEpisodes.Random(spec, Supports, [1, 1, 1, 1], padding: 3);
        var together = Embeddings(network, spec, batch);

        for (var task = 0; task < Supports.Length; task++)
        {
            var alone = Embeddings(network, spec, SampleEpisodes.Task(batch, task));
            Assert.All(alone.Zip(together[(task * 4)..((task + 1) * 4)]), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
        }
    }

    private static ModelSpec Convex(bool isId) => Spec with
    {
        MetaBlocks = isId ? Spec.MetaBlocks : [SampleNetwork.PlainSpec.MetaBlocks[0] with { EmbeddingSize = 4 }],
        InnerLoop = new InnerLoopSpec { Adapts = AdaptedWeights.Embedding, StepRule = StepRule.Newton, StepSize = 1, Steps = 4, Proximal = 0.4, MetaEmbeddingL2 = 0.05 },
    };

    private static double[] Embeddings(ModelSpec spec, Func<InnerLoopSpec, InnerLoopSpec> change)
    {
        var changed = spec with { InnerLoop = change(spec.InnerLoop) };
        using var network = new SampleNetwork(changed);
        return Embeddings(network, changed, SampleEpisodes.Random(spec, Supports, [1, 1, 1, 1], padding: 2));
    }

    private static double[] Embeddings(SampleNetwork network, ModelSpec spec, EpisodeBatch batch)
    {
        var loop = new InnerLoop<Tensor>(network.Network, spec.InnerLoop, batch.SupportLength);
        var block = network.Network.MetaBlocks.Values.Single();
        using var _ = no_grad();
        var adapted = loop.Adapt(block, loop.Layers(), network.Objective().Support(batch));
        return network.Network.Embed(block, adapted.Layers, batch.Latest).contiguous().data<double>().ToArray();
    }

    /// <summary>Mean support loss of each task after <paramref name="steps"/>.</summary>
    private static double[] SupportLoss(StepRule rule, int steps, double stepSize = HugeStep)
    {
        var spec = Spec with { InnerLoop = new InnerLoopSpec { Steps = steps, StepSize = stepSize, StepRule = rule } };
        using var network = new SampleNetwork(spec);
        var batch = SampleEpisodes.Random(spec, Supports, [1, 1, 1, 1], padding: 2);
        var loop = new InnerLoop<Tensor>(network.Network, spec.InnerLoop, batch.SupportLength);
        var block = network.Network.MetaBlocks.Values.Single();
        return loop.Adapt(block, loop.Layers(), network.Objective().Support(batch), losses: true).LossAfter!.data<double>().ToArray();
    }
}
