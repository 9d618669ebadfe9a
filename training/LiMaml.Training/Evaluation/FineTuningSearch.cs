using LiMaml.Models.Network;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>
/// Chooses k and the step size of Algorithm 2b on development data: training rows are support, validation rows query.
/// Every model, vanilla too, gets its own step: one that suits another model can destroy it.
/// </summary>
internal static class FineTuningSearch
{
    private static readonly int[] Steps = [1, 3, 5, 10];
    private static readonly double[] Factors = [0.03, 0.1, 0.3, 1, 3];

    /// <summary>The best of the grid around <paramref name="start"/>'s step size; the smaller of equals.</summary>
    public static (InnerLoopSpec Spec, double Score) Choose(Network<Tensor> network, TaskData data, IReadOnlyList<Episode> episodes, InnerLoopSpec start, CancellationToken cancellation)
    {
        var best = (Spec: start, Score: ValidationScore.Of(network, data, episodes, start, cancellation));
        foreach (var steps in Steps)
        {
            foreach (var factor in Factors)
            {
                var candidate = start with { Steps = steps, StepSize = start.StepSize * factor };
                if (candidate.StepSize * candidate.Proximal > 1)
                {
                    continue;
                }

                var score = ValidationScore.Of(network, data, episodes, candidate, cancellation);
                if (score > best.Score)
                {
                    best = (candidate, score);
                }
            }
        }

        return best;
    }
}
