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
    public double Score(Network<Tensor> network, InnerLoopSpec fineTuning, int rounds, CancellationToken cancellation) =>
        Scores(network, fineTuning, [rounds], cancellation).Single().Score;

    /// <summary>The best steps of Algorithm 2b, and rounds of it; the first of equals.</summary>
    public (InnerLoopSpec Spec, int Rounds, double Score) Choose(Network<Tensor> network, InnerLoopSpec start, CancellationToken cancellation)
    {
        var best = (Spec: start, Rounds: ModelSpec.DefaultRounds, Score: double.MinValue);
        foreach (var candidate in FineTuningSearch.Candidates(start))
        {
            foreach (var (rounds, score) in Scores(network, candidate, candidate.Steps == 0 ? [ModelSpec.DefaultRounds] : [1, 2, 3, 5], cancellation))
            {
                best = score > best.Score ? (candidate, rounds, score) : best;
            }
        }

        return best;
    }

    /// <summary>After each of these numbers of rounds, which ascend.</summary>
    private List<(int Rounds, double Score)> Scores(Network<Tensor> network, InnerLoopSpec fineTuning, int[] rounds, CancellationToken cancellation)
    {
        var refresh = new JointRefresh(network, fineTuning, rounds[^1]);
        var tables = refresh.Start(data, supports, cancellation);
        try
        {
            var scores = new List<(int Rounds, double Score)>();
            for (var round = 1; round <= rounds[^1]; round++)
            {
                refresh.Round(data, supports, tables, cancellation);
                if (rounds.Contains(round))
                {
                    scores.Add((round, ValidationScore.Of(new JointScorer(network).Score(data, 0, tables[0], judged, cancellation), data.Definitions[0], model.Label)));
                }
            }

            return scores;
        }
        finally
        {
            tables.ToList().ForEach(table => table.Dispose());
        }
    }
}
