using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Tests.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Outer;

public sealed class OuterObjectiveTests
{
    private const double Tolerance = 1e-9;
    private static readonly int[] Supports = [5, 0, 1, 3];
    private static readonly int[] Queries = [2, 1, 4, 1];

    public static TheoryData<string> Loops => [.. Specs.Keys];

    private static Dictionary<string, ModelSpec> Specs { get; } = DescribeSpecs();

    [Theory]
    [MemberData(nameof(Loops))]
    public void Loss_OfABatch_EqualsAutogradTaskByTask(string loop)
    {
        var spec = Specs[loop];
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(spec);
        var batch = SampleEpisodes.Random(spec, Supports, Queries, padding: 2);
        var oracle = new PerTaskOracle(spec, network.Parameters.Declarations.ToDictionary(declaration => declaration.Name, declaration => (Tensor)network.Parameters[declaration.Name]));
        var tasks = Supports.Select((support, task) => (Rows(batch.Support, task, support), Rows(batch.Query, task, Queries[task]))).ToList();

        var expected = oracle.Loss(tasks).item<double>();
        Assert.Equal(expected, network.Objective().Loss(batch).item<double>(), Math.Abs(expected) * Tolerance);
        Close.Assert(network.Gradients(() => oracle.Loss(tasks)), network.Gradients(() => network.Objective().Loss(batch)), Tolerance);
    }

    [Theory]
    [InlineData(AdaptedForm.Gram, false)]
    [InlineData(AdaptedForm.Weights, false)]
    [InlineData(AdaptedForm.Auto, true)]
    public void Loss_OfABatch_EqualsOneTaskAtATime(AdaptedForm form, bool id)
    {
        var spec = Bilinear(id) with { InnerLoop = new InnerLoopSpec { Steps = 3, StepSize = 0.2, Form = form } };
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(spec);
        var batch = SampleEpisodes.Random(spec, Supports, Queries, padding: 1);
        var objective = network.Objective();

        Tensor OneByOne() => Enumerable.Range(0, Supports.Length)
            .Select(task => SampleEpisodes.Task(batch, task))
            .Select(alone => objective.Loss(alone).mul(alone.Query.Weights.sum()))
            .Aggregate((sum, loss) => sum.add(loss))
            .div(batch.Query.Weights.sum());

        Close.Assert(network.Gradients(OneByOne), network.Gradients(() => objective.Loss(batch)), Tolerance);
    }

    [Fact]
    public void Loss_GramAndWeights_GiveTheSameGradients()
    {
        SampleNetwork With(AdaptedForm form) => new(Bilinear(false) with { InnerLoop = new InnerLoopSpec { Steps = 4, StepSize = 0.2, Form = form, Proximal = 0.5, TotalGlobalGradient = true } });
        using var scope = NewDisposeScope();
        using var gram = With(AdaptedForm.Gram);
        using var weights = With(AdaptedForm.Weights);
        var batch = SampleEpisodes.Random(gram.Network.Spec, Supports, Queries);

        Close.Assert(gram.Gradients(() => gram.Objective().Loss(batch)), weights.Gradients(() => weights.Objective().Loss(batch)), Tolerance);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Loss_WithoutSteps_EqualsVanillaOnTheQuery(bool id)
    {
        var spec = Bilinear(id) with { InnerLoop = new InnerLoopSpec { Steps = 0 } };
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(spec);
        var batch = SampleEpisodes.Random(spec, Supports, Queries);
        var query = SampleEpisodes.Flat(batch.Query);
        if (id)
        {
            var members = batch.Latest["categorical"].unsqueeze(1).expand(-1, batch.Query.Labels.shape[1], -1).reshape(-1, 1, 1);
            query = query with { Meta = new Dictionary<string, Tensor> { ["categorical"] = members } }; // a task's rows share its row
        }

        var objective = network.Objective(0.1, 0.2);

        Close.Assert(network.Gradients(() => objective.VanillaLoss(query)), network.Gradients(() => objective.Loss(batch)), Tolerance);
    }

    [Fact]
    public void Loss_WithoutAnySupport_EqualsThePlainModel()
    {
        var spec = Bilinear(false);
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(spec);
        using var plain = new SampleNetwork(spec with { InnerLoop = new InnerLoopSpec { Steps = 0 } });
        var batch = SampleEpisodes.Random(spec, [0, 0, 0], [2, 3, 1]);

        Close.Assert(plain.Gradients(() => plain.Objective().Loss(batch)), network.Gradients(() => network.Objective().Loss(batch)), Tolerance);
    }

    private static ModelSpec Bilinear(bool id)
    {
        var spec = SampleNetwork.DefaultSpec;
        return spec with
        {
            MetaBlocks = id ? [new MetaBlockSpec { Task = "member", Kind = MetaBlockKind.IdEmbedding, Features = ["member"], EmbeddingSize = 2 }] : spec.MetaBlocks,
            Global = spec.Global with { Interaction = Interaction.ConcatenationAndBilinear, ItemFeatures = ["x", "item"] },
        };
    }

    private static OracleRows Rows(PaddedRows rows, int task, int count)
    {
        Tensor Of(Tensor values) => values[task].narrow(0, 0, count);
        return new OracleRows(Of(rows.Meta["dense"]), Of(rows.Global["dense"]), Of(rows.Labels), Of(rows.Weights));
    }

    private static Dictionary<string, ModelSpec> DescribeSpecs()
    {
        var spec = SampleNetwork.PlainSpec;
        ModelSpec Looped(InnerLoopSpec loop) => spec with { InnerLoop = loop };
        ModelSpec Formed(Func<GlobalBlockSpec, GlobalBlockSpec> change, InnerLoopSpec loop) => spec with { Global = change(spec.Global), InnerLoop = loop };
        ModelSpec Meeting(Interaction form, InnerLoopSpec loop) => Formed(global => global with { Interaction = form, ItemFeatures = ["x", "y"], Rank = form is Interaction.LowRank ? 3 : null }, loop);
        var direct = new InnerLoopSpec { Steps = 1, StepSize = 0.2, StepRule = StepRule.Constant, MetaEmbeddingL2 = 0 };
        var total = direct with { Steps = 2, TotalGlobalGradient = true };
        return new()
        {
            ["one step, direct"] = Looped(direct),
            ["three steps, direct"] = Looped(direct with { Steps = 3 }),
            ["three steps, total"] = Looped(direct with { Steps = 3, TotalGlobalGradient = true }),
            ["three steps, first order"] = Looped(direct with { Steps = 3, SecondOrder = false }),
            ["weights form"] = Looped(direct with { Steps = 3, Form = AdaptedForm.Weights }),
            ["mean"] = Looped(direct with { Steps = 2, Reduction = LossReduction.Mean }),
            ["proximal, decay"] = Looped(direct with { Steps = 3, Proximal = 0.8, MetaEmbeddingL2 = 0.4, TotalGlobalGradient = true }),
            ["curvature bound"] = Looped(direct with { Steps = 3, StepSize = 2, StepRule = StepRule.CurvatureBound, TotalGlobalGradient = true }),
            ["curvature bound, weights form, proximal, decay"] = Looped(direct with { Steps = 3, StepSize = 2, StepRule = StepRule.CurvatureBound, Form = AdaptedForm.Weights, Proximal = 0.4, MetaEmbeddingL2 = 0.4, TotalGlobalGradient = true }),
            ["curvature bound, mean, first order"] = Looped(direct with { Steps = 3, StepSize = 2, StepRule = StepRule.CurvatureBound, Reduction = LossReduction.Mean, SecondOrder = false, MetaEmbeddingL2 = 0.4 }),
            ["curvature bound, network, direct"] = Looped(direct with { Steps = 2, StepSize = 2, StepRule = StepRule.CurvatureBound, Adapts = AdaptedWeights.Network, Proximal = 0.3 }),
            ["network, total"] = Looped(direct with { Steps = 2, Adapts = AdaptedWeights.Network, TotalGlobalGradient = true }),
            ["network, direct"] = Looped(direct with { Steps = 2, Adapts = AdaptedWeights.Network }),
            ["bilinear, network"] = Meeting(Interaction.Bilinear, total with { Adapts = AdaptedWeights.Network }),
            ["dot product"] = Meeting(Interaction.DotProduct, total),
            ["dot product, network"] = Meeting(Interaction.DotProduct, total with { Adapts = AdaptedWeights.Network }),
            ["low rank"] = Meeting(Interaction.LowRank, total),
            ["low rank, network, curvature bound"] = Meeting(Interaction.LowRank, total with { Adapts = AdaptedWeights.Network, StepSize = 2, StepRule = StepRule.CurvatureBound }),
            ["film"] = Formed(global => global with { Interaction = Interaction.Film }, total),
            ["film, network, curvature bound"] = Formed(global => global with { Interaction = Interaction.Film }, total with { Adapts = AdaptedWeights.Network, StepSize = 2, StepRule = StepRule.CurvatureBound }),
            ["cross"] = Formed(global => global with { CrossLayers = 2 }, total),
            ["cross, network"] = Formed(global => global with { CrossLayers = 2 }, total with { Adapts = AdaptedWeights.Network }),
            ["cross without embeddings, wide, network, curvature bound"] = Formed(
                global => global with { Interaction = Interaction.Film, CrossLayers = 1, Wide = true },
                total with { Adapts = AdaptedWeights.Network, StepSize = 2, StepRule = StepRule.CurvatureBound }),
            ["wide"] = Formed(global => global with { Wide = true }, total),
            ["network, first order, proximal"] = Looped(direct with { Steps = 3, Adapts = AdaptedWeights.Network, SecondOrder = false, Proximal = 0.8 }),
        };
    }
}
