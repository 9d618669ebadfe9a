using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Outer;
using LiMaml.Training.Tests.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Outer;

/// <summary>A problem that nothing but adaptation solves: what a task likes is its own secret, and no feature tells.</summary>
public sealed class AdaptationTests
{
    private const int OuterSteps = 150;

    [Fact]
    public void Training_OnTasksOfEitherSign_OnlyAdaptationSolvesThem()
    {
        var vanilla = QueryLossAfterTraining(TrainingAlgorithm.Vanilla);
        var adapted = QueryLossAfterTraining(TrainingAlgorithm.LiMaml);

        Assert.InRange(vanilla, 0.6, 0.8); // a guess: log 2
        Assert.InRange(adapted, 0, 0.3);
    }

    [Fact]
    public void Training_WhereTheLastLabelTellsTheNext_OnlyTheSequenceSolvesIt()
    {
        var mlp = QueryLossAfterTraining(Spec, LastLabels);
        var transformer = QueryLossAfterTraining(SequenceSpec, LastLabels);

        Assert.InRange(mlp, 0.55, 0.8); // the order of samples says it all, their number nothing
        Assert.InRange(transformer, 0, 0.3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Training_FiftySteps_KeepsNoTensors(bool transformer)
    {
        using var network = new SampleNetwork(transformer ? SequenceSpec : Spec);
        using var optimizer = Optimizer(network);
        var random = new Random(1);
        for (var step = 0; step < 3; step++)
        {
            Step(network, optimizer, step, random, TrainingAlgorithm.LiMaml);
        }

        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount; // of this thread alone: other tests run beside
        for (var step = 3; step < 53; step++)
        {
            Step(network, optimizer, step, random, TrainingAlgorithm.LiMaml);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>A bilinear form between the meta embedding and what a row shows: a sign of the embedding is a task's taste.</summary>
    private static ModelSpec Spec { get; } = SampleNetwork.PlainSpec with
    {
        MetaBlocks = [SampleNetwork.PlainSpec.MetaBlocks[0] with { Features = ["age"], Layers = [new(8, Activation.Tanh)], EmbeddingSize = 4 }],
        Global = SampleNetwork.PlainSpec.Global with { Interaction = Interaction.ConcatenationAndBilinear, ItemFeatures = ["x"], Layers = [new(8, Activation.Tanh)] },
        InnerLoop = new InnerLoopSpec { Steps = 1, StepSize = 0.1 },
    };

    private static ModelSpec SequenceSpec { get; } = Spec with
    {
        MetaBlocks =
        [
            Spec.MetaBlocks[0] with { Kind = MetaBlockKind.Transformer, Transformer = new TransformerSpec { Width = 8, FeedForward = 8, Adapts = AdaptedLayers.All } },
        ],
        InnerLoop = new InnerLoopSpec { Steps = 1, StepRule = StepRule.Constant, StepSize = 0.01 },
    };

    private static double QueryLossAfterTraining(ModelSpec spec, Func<EpisodeBatch, EpisodeBatch> relabel)
    {
        using var network = new SampleNetwork(spec);
        using var optimizer = Optimizer(network);
        var random = new Random(2);
        Tensor Loss(int tasks) => network.Objective().Loss(relabel(SampleEpisodes.Random(spec, [.. Enumerable.Repeat(6, tasks)], [.. Enumerable.Repeat(2, tasks)], random.Next())));
        for (var step = 0; step < OuterSteps; step++)
        {
            using var inner = NewDisposeScope();
            Loss(32).backward();
            optimizer.Step(step);
        }

        using var scope = NewDisposeScope();
        return Loss(200).item<double>();
    }

    /// <summary>Query rows have the label of the last support sample.</summary>
    private static EpisodeBatch LastLabels(EpisodeBatch batch) =>
        batch with { Query = batch.Query with { Labels = batch.Support.Labels.narrow(1, 5, 1).expand_as(batch.Query.Labels) } };

    private static double QueryLossAfterTraining(TrainingAlgorithm algorithm)
    {
        using var network = new SampleNetwork(Spec);
        using var optimizer = Optimizer(network);
        var random = new Random(2);
        for (var step = 0; step < OuterSteps; step++)
        {
            Step(network, optimizer, step, random, algorithm);
        }

        using var scope = NewDisposeScope();
        return Loss(network, Episodes(random, 200), algorithm).item<double>();
    }

    private static OuterOptimizer Optimizer(SampleNetwork network) =>
        new(network.Parameters, new TrainingOptions { LearningRate = 0.02, WarmupSteps = 0, WeightDecay = 0 }, OuterSteps);

    private static void Step(SampleNetwork network, OuterOptimizer optimizer, int step, Random random, TrainingAlgorithm algorithm)
    {
        using var scope = NewDisposeScope();
        Loss(network, Episodes(random, 32), algorithm).backward();
        optimizer.Step(step);
    }

    private static Tensor Loss(SampleNetwork network, EpisodeBatch batch, TrainingAlgorithm algorithm) => algorithm is TrainingAlgorithm.LiMaml
        ? network.Objective().Loss(batch)
        : network.Objective().VanillaLoss(SampleEpisodes.Flat(batch.Query));

    /// <summary>Random episodes of 8 support and 8 query rows whose labels say whether x has the task's sign.</summary>
    private static EpisodeBatch Episodes(Random random, int tasks)
    {
        var lengths = Enumerable.Repeat(8, tasks).ToArray();
        var batch = SampleEpisodes.Random(Spec, lengths, lengths, random.Next());
        var signs = tensor(Enumerable.Range(0, tasks).Select(_ => (random.Next(2) * 2.0) - 1).ToArray(), [tasks, 1, 1]);
        PaddedRows Labelled(PaddedRows rows) => rows with { Labels = rows.Global["dense"].narrow(-1, 0, 1).mul(signs).gt(0).to_type(ScalarType.Float64) };
        return batch with { Support = Labelled(batch.Support), Query = Labelled(batch.Query) };
    }
}
