using LiMaml.Models.Network;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>
/// Chooses k and the step size of Algorithm 2b on development data: training rows are support, validation rows query.
/// Every model, vanilla too, gets its own step: one that suits another model can destroy it. No step at all is a choice, too.
/// </summary>
internal static class FineTuningSearch
{
    private static readonly (int[] Steps, double[] Factors) MetaBlockGrid = ([1, 3, 5, 10], [0.03, 0.1, 0.3, 1, 3]);

    // Steps that cannot overshoot go on paying, and differ less by their size.
    private static readonly (int[] Steps, double[] Factors) CurvatureBoundGrid = ([1, 3, 5, 10, 20], [0.1, 0.3, 1, 3]);

    // More weights move, so smaller steps suit, except where training moved them all; and each step costs several times as much.
    private static readonly (int[] Steps, double[] Factors) NetworkGrid = ([1, 3], [0.01, 0.03, 0.1, 0.3, 1]);

    /// <summary>The best of the grids around <paramref name="starts"/>' step sizes; the first of equals.</summary>
    public static (InnerLoopSpec Spec, double Score) Choose(Network<Tensor> network, TaskData data, IReadOnlyList<Episode> episodes, IReadOnlyList<InnerLoopSpec> starts, CancellationToken cancellation)
    {
        var best = (Spec: starts[0], Score: double.MinValue);
        foreach (var candidate in starts.SelectMany(Candidates))
        {
            cancellation.ThrowIfCancellationRequested();
            var score = ValidationScore.Of(network, data, episodes, candidate, cancellation);
            best = score > best.Score ? (candidate, score) : best;
        }

        return best;
    }

    private static IEnumerable<InnerLoopSpec> Candidates(InnerLoopSpec start)
    {
        var (steps, factors) = start.Adapts is AdaptedWeights.Network ? NetworkGrid
            : start.StepRule is StepRule.CurvatureBound ? CurvatureBoundGrid : MetaBlockGrid;
        return steps.SelectMany(count => factors.Select(factor => start with { Steps = count, StepSize = start.StepSize * factor }))
            .Where(candidate => candidate.StepRule is StepRule.CurvatureBound || candidate.StepSize * candidate.Proximal <= 1)
            .Prepend(start with { Steps = 0 });
    }
}
