using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Baselines;

/// <summary>
/// Chooses <see cref="FactorisationOptions"/> by pooled AUC of validation rows under a fit to training rows: one setting after
/// another is tried larger and smaller, and what helps is kept and tried again; the number of rounds is the best one's.
/// </summary>
/// <param name="fit">Fits to training rows, telling of each round.</param>
/// <param name="labels">Of the validation rows.</param>
/// <param name="validation">Their positions.</param>
/// <param name="cancellation">Ends the search.</param>
internal sealed class FactorisationSearch(
    Action<FactorisationOptions, Func<MatrixFactorisation, bool>> fit, float[] labels, int[] validation, CancellationToken cancellation)
{
    private const int MostPasses = 4;
    private const int Patience = 3;
    private const double Improvement = 5e-5;

    /// <summary>The best found around <paramref name="start"/>.</summary>
    public (FactorisationOptions Options, double Auc) Choose(FactorisationOptions start)
    {
        var best = Judge(start);
        var moves = Moves().ToList();
        for (var pass = 0; pass < MostPasses && moves.Count > 0; pass++)
        {
            moves = moves.FindAll(move =>
            {
                var candidate = Judge(move(best.Options) with { Rounds = start.Rounds });
                var helps = candidate.Auc > best.Auc + Improvement;
                best = helps ? candidate : best;
                return helps;
            });
        }

        return best;
    }

    private static IEnumerable<Func<FactorisationOptions, FactorisationOptions>> Moves()
    {
        foreach (var side in new[] { true, false })
        {
            foreach (var factor in new[] { 2, 0.5 })
            {
                yield return options => Change(options, side, of => of with { VectorStrength = of.VectorStrength * factor });
                yield return options => Change(options, side, of => of with { VectorStrengthPerRow = of.VectorStrengthPerRow * factor });
                yield return options => Change(options, side, of => of with { BiasStrength = of.BiasStrength * factor });
                yield return options => Change(options, side, of => of with { HalfLife = of.HalfLife * factor });
            }
        }

        yield return options => options with { Dimensions = options.Dimensions * 2 };
        yield return options => options with { Dimensions = Math.Max(2, options.Dimensions / 2) };
    }

    private static FactorisationOptions Change(FactorisationOptions options, bool tasks, Func<SideOptions, SideOptions> change) =>
        tasks ? options with { Tasks = change(options.Tasks) } : options with { Items = change(options.Items) };

    private (FactorisationOptions Options, double Auc) Judge(FactorisationOptions options)
    {
        int round = 0, bestRound = 0;
        var best = 0.0;
        fit(options, model =>
        {
            cancellation.ThrowIfCancellationRequested();
            var auc = Auc.Compute(Array.ConvertAll(validation, row => (float)model.Score(row)), labels) ?? 0.5;
            round++;
            (best, bestRound) = auc > best ? (auc, round) : (best, bestRound);
            return round - bestRound < Patience;
        });
        return (options with { Rounds = Math.Max(1, bestRound) }, best);
    }
}
