using System.Globalization;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Training.Baselines;

/// <summary>Tuned matrix factorisation of tasks and items.</summary>
/// <param name="rows">The data.</param>
/// <param name="itemFeature">Name of the categorical feature that is the item.</param>
/// <param name="items">Each row's item, 0 for 'unknown'.</param>
/// <param name="itemCount">More than the largest item.</param>
/// <param name="threads">Threads; the result does not depend on them.</param>
internal sealed class FactorisationRival(BaselineRows rows, string itemFeature, int[] items, int itemCount, int threads) : IRival
{
    private const int MostRounds = 40;
    private readonly int[] train = rows.Of(Split.Train);
    private FactorisationOptions chosen = new();
    private MatrixFactorisation? trained;

    /// <inheritdoc/>
    public string Name => $"matrix factorisation by {itemFeature}";

    /// <inheritdoc/>
    public string Choose(CancellationToken cancellation)
    {
        var validation = rows.Of(Split.Validation);
        var labels = Grades.Positives(Array.ConvertAll(validation, row => rows.Labels[row]));
        var search = new FactorisationSearch(
            (options, afterRound) => MatrixFactorisation.Fit(rows, items, itemCount, train, options, threads, afterRound), labels, validation, cancellation);
        (chosen, var auc) = search.Choose(new FactorisationOptions { Rounds = MostRounds });
        trained = MatrixFactorisation.Fit(rows, items, itemCount, train, chosen, threads);
        return string.Create(CultureInfo.InvariantCulture, $"{chosen.Dimensions} dimensions, {chosen.Rounds} rounds; tasks: {Text(chosen.Tasks)}; items: {Text(chosen.Items)}; validation AUC {auc:F4}");
    }

    /// <inheritdoc/>
    public Func<int, double> Fit(int[] fitted, CancellationToken cancellation) =>
        MatrixFactorisation.Fit(rows, items, itemCount, fitted, chosen, threads).Score;

    /// <inheritdoc/>
    public Func<int, double> FitTasks(int[] fitted, CancellationToken cancellation) =>
        (trained ??= MatrixFactorisation.Fit(rows, items, itemCount, train, chosen, threads)).WithTasksFittedTo(fitted).Score;

    private static string Text(SideOptions side) => string.Create(
        CultureInfo.InvariantCulture,
        $"λ {side.VectorStrength:G3} + {side.VectorStrengthPerRow:G3} n, of biases {side.BiasStrength:G3} + {side.BiasStrengthPerRow:G3} n, half-life {side.HalfLife:G4} rows");
}
