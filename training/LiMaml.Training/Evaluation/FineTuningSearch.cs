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
    private static readonly double[] AsIs = [1];

    // Where the outer loop did not learn how strongly the starting point pulls, it is chosen here.
    private static readonly double[] Strengths = [0.1, 0.3, 1, 3, 10];

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

    /// <summary>The grid around a step size, and no step at all.</summary>
    public static IEnumerable<InnerLoopSpec> Candidates(InnerLoopSpec start)
    {
        var (steps, factors) = Grid(start);
        var strengths = start is { Adapts: AdaptedWeights.Embedding, LearnedProximal: false } ? Strengths : AsIs;
        return steps.SelectMany(count => factors.SelectMany(factor => strengths.Select(strength =>
                start with { Steps = count, StepSize = start.StepSize * factor, Proximal = start.Proximal * strength })))
            .Distinct()
            .Where(candidate => candidate.StepRule is not StepRule.Constant || candidate.StepSize * candidate.Proximal <= 1)
            .Prepend(start with { Steps = 0 });
    }

    private static (int[] Steps, double[] Factors) Grid(InnerLoopSpec start) => start switch
    {
        // More weights move, so smaller steps suit, except where training moved them all; and each step costs several times as much.
        { Adapts: AdaptedWeights.Network } => ([1, 3], [0.01, 0.03, 0.1, 0.3, 1]),
        { LearnedStepSizes: true } => ([1, 2, 3, 5, 10], AsIs),
        { StepRule: StepRule.Newton } => ([1, 2, 3], AsIs),
        { StepRule: StepRule.Diagonal } => ([3, 5, 10, 20], [0.5, 1, 1.5]),
        // Steps that cannot overshoot go on paying, and differ less by their size.
        { StepRule: StepRule.CurvatureBound } => ([1, 3, 5, 10, 20], [0.1, 0.3, 1, 3]),
        _ => ([1, 3, 5, 10], [0.03, 0.1, 0.3, 1, 3]),
    };
}
