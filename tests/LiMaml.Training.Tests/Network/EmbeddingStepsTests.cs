using LiMaml.Models.Network;
using LiMaml.Models.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Network;

/// <summary>Newton steps where logits are far out and p(1 − p) says next to nothing of the loss.</summary>
public sealed class EmbeddingStepsTests
{
    private const int Size = 3;
    private const double Pull = 0.01;

    private static readonly InnerLoopSpec Loop = new() { Adapts = AdaptedWeights.Embedding, StepRule = StepRule.Newton, StepSize = 1, Proximal = Pull, MetaEmbeddingL2 = 0 };

    [Theory]
    [InlineData(1, 5)] // the last step may overshoot, but not by orders of magnitude
    [InlineData(2, 5)]
    [InlineData(6, 1)]
    public void Run_FromLogitsFarOut_DoesNotDiverge(int steps, double most)
    {
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(SampleNetwork.PlainSpec);
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var labels = SampleEpisodes.Numbers(random, [4, 12, 1]).gt(0).to_type(ScalarType.Float64);
            var logits = SampleEpisodes.Numbers(random, [4, 12, 1]).mul(10); // up to 20, half of them on the wrong side
            var problem = new EmbeddingProblem<Tensor>(
                logits, SampleEpisodes.Numbers(random, [4, 12, Size]), labels, ones(4, 12, 1, ScalarType.Float64), zeros(4, 1, Size, ScalarType.Float64), tensor(Pull, ScalarType.Float64));

            var moved = new EmbeddingSteps<Tensor>(network.Network, Loop with { Steps = steps }, Size).Run(problem);

            var (before, after) = (Loss(network, problem, zeros_like(moved)), Loss(network, problem, moved));
            Assert.All(before.Zip(after), pair => Assert.True(pair.Second <= most * pair.First, $"seed {seed}: {pair.First} before, {pair.Second} after"));
        }
    }

    [Fact]
    public void Curvature_OfCrossEntropy_IsTheSecondDerivativeNearBy_AndNeverLessThanTheShare()
    {
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(SampleNetwork.PlainSpec);
        var logits = linspace(-30, 30, 601, ScalarType.Float64);
        foreach (var (share, exact) in new[] { (0.5, 2.1), (0.125, 4) })
        {
            var found = network.Network.Loss.Curvature(logits, share).data<double>().ToArray();
            foreach (var (z, curvature) in logits.data<double>().Zip(found))
            {
                var probability = 1 / (1 + Math.Exp(-z));
                var derivative = probability * (1 - probability);
                var parabola = z == 0 ? 0.25 : (probability - 0.5) / z;
                Assert.Equal(Math.Abs(z) <= exact ? derivative : Math.Max(derivative, share * parabola), curvature, 1e-12);
            }
        }
    }

    /// <summary>Of each task, what pulls back included.</summary>
    private static double[] Loss(SampleNetwork network, EmbeddingProblem<Tensor> problem, Tensor moved)
    {
        var losses = network.Network.Loss.Value(problem.LogitsAt(network.Network.Algebra, moved), problem.Labels).sum(1).sum(1);
        return losses.add(moved.square().sum(2).sum(1).mul(Pull / 2)).data<double>().ToArray();
    }
}
