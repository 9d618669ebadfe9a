using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>Judges a model of several task definitions on validation rows, after all of them were refreshed on training rows.</summary>
/// <param name="data">All definitions.</param>
/// <param name="model">Their support capacities.</param>
/// <param name="judged">The tasks of the first definition whose validation rows are scored.</param>
internal sealed class JointValidation(JointData data, ModelSpec model, IReadOnlyList<Episode> judged)
{
    private readonly IReadOnlyList<IReadOnlyList<Episode>> supports =
    [
        .. data.Definitions.Select((definition, index) =>
            EpisodesOf.AllTasks(definition, [Split.Train], Split.Validation, model.InnerLoop.For(model.MetaBlocks[index]).SupportCapacity)),
    ];

    /// <summary>Pooled AUC, or minus the root mean squared error.</summary>
    public double Score(Network<Tensor> network, InnerLoopSpec fineTuning, int rounds, CancellationToken cancellation)
    {
        var tables = new JointRefresh(network, fineTuning, rounds).Run(data, supports, cancellation);
        try
        {
            return ValidationScore.Of(new JointScorer(network).Score(data, 0, tables[0], judged, cancellation), data.Definitions[0], model.Label);
        }
        finally
        {
            tables.ToList().ForEach(table => table.Dispose());
        }
    }

    /// <summary>The best steps of Algorithm 2b, and rounds of it; the first of equals.</summary>
    public (InnerLoopSpec Spec, int Rounds, double Score) Choose(Network<Tensor> network, InnerLoopSpec start, CancellationToken cancellation)
    {
        var best = (Spec: start, Rounds: ModelSpec.DefaultRounds, Score: double.MinValue);
        foreach (var candidate in FineTuningSearch.Candidates(start))
        {
            foreach (var rounds in candidate.Steps == 0 ? (int[])[ModelSpec.DefaultRounds] : [1, 2, 3, 5])
            {
                var score = Score(network, candidate, rounds, cancellation);
                best = score > best.Score ? (candidate, rounds, score) : best;
            }
        }

        return best;
    }
}
