using System.Globalization;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Baselines;

/// <summary>
/// GLMix (Zhang et al., KDD 2016), as industry personalises today: one logistic regression that all tasks share, a small one
/// for each task on top of it and, where asked for, one for each value of other categorical features.
/// </summary>
/// <param name="rows">The data.</param>
/// <param name="shared">Features of the fixed effect.</param>
/// <param name="effects">The tasks' effect first, then the others, by name.</param>
/// <param name="threads">Threads; the result does not depend on them.</param>
internal sealed class RandomEffectsRival(BaselineRows rows, LinearFeatures shared, IReadOnlyList<(string Name, RandomEffect Effect)> effects, int threads) : IRival
{
    private const int Passes = 2;
    private static readonly double[] FixedStrengths = [0.3, 1, 3, 10, 30, 100];
    private static readonly double[] SlopeStrengths = [1, 3, 10, 30, 100, 300, 1000];
    private static readonly double[] InterceptStrengths = [0.3, 1, 3, 10, 30];
    private readonly int[] train = rows.Of(Split.Train);
    private readonly RandomEffectOptions[] chosen = [.. effects.Select(_ => new RandomEffectOptions())];
    private double fixedStrength = 10;
    private double[][]? trained; // the fixed effect, then the random ones

    /// <inheritdoc/>
    public string Name => $"random effects per {string.Join(", ", effects.Select(effect => effect.Name))}";

    /// <inheritdoc/>
    public string Choose(CancellationToken cancellation)
    {
        var validation = rows.Of(Split.Validation);
        var labels = Grades.Positives(Array.ConvertAll(validation, row => rows.Labels[row]));
        double Judge(double[] logits) => Auc.Compute(Array.ConvertAll(validation, row => (float)logits[row]), labels) ?? 0.5;

        (fixedStrength, var logits, var auc) = Best(FixedStrengths, strength => FixedEffect.Fit(rows, shared, train, strength, cancellation), Judge);
        var text = string.Create(CultureInfo.InvariantCulture, $"fixed effect: λ {fixedStrength:G3}, validation AUC {auc:F4}");
        for (var index = 0; index < effects.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (offsets, effect) = (logits, effects[index].Effect);
            double[] With(RandomEffectOptions options) => Sum([offsets, effect.Fit(rows, train, offsets, options, threads)]);
            (chosen[index], logits, _) = Best(SlopeStrengths.Select(strength => chosen[index] with { SlopeStrength = strength }), With, Judge);
            (chosen[index], logits, auc) = Best(InterceptStrengths.Select(strength => chosen[index] with { InterceptStrength = strength }), With, Judge);
            text += string.Create(CultureInfo.InvariantCulture, $"; per {effects[index].Name}: λ {chosen[index].SlopeStrength:G3}, of intercepts {chosen[index].InterceptStrength:G3}, validation AUC {auc:F4}");
        }

        trained = Parts(train, cancellation);
        return text;
    }

    /// <inheritdoc/>
    public Func<int, double> Fit(int[] fitted, CancellationToken cancellation)
    {
        var logits = Sum(Parts(fitted, cancellation));
        return row => logits[row];
    }

    /// <inheritdoc/>
    public Func<int, double> FitTasks(int[] fitted, CancellationToken cancellation)
    {
        trained ??= Parts(train, cancellation);
        var offsets = Sum([trained[0], .. trained[2..]]);
        var logits = Sum([offsets, effects[0].Effect.Fit(rows, fitted, offsets, chosen[0], threads)]);
        return row => logits[row];
    }

    private static (T Choice, double[] Logits, double Auc) Best<T>(IEnumerable<T> candidates, Func<T, double[]> fit, Func<double[], double> judge) =>
        candidates.Select(candidate => (Candidate: candidate, Logits: fit(candidate)))
            .Select(fitted => (fitted.Candidate, fitted.Logits, Auc: judge(fitted.Logits)))
            .Aggregate((best, next) => next.Auc > best.Auc ? next : best);

    /// <summary>By block coordinate descent: each effect in turn, given the others.</summary>
    private double[][] Parts(int[] fitted, CancellationToken cancellation)
    {
        double[][] parts = [FixedEffect.Fit(rows, shared, fitted, fixedStrength, cancellation), .. effects.Select(_ => new double[rows.Labels.Length])];
        for (var pass = 0; pass < (effects.Count == 1 ? 1 : Passes); pass++)
        {
            for (var index = 0; index < effects.Count; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                var offsets = Sum([.. parts.Where((_, part) => part != index + 1)]);
                parts[index + 1] = effects[index].Effect.Fit(rows, fitted, offsets, chosen[index], threads);
            }
        }

        return parts;
    }

    private static double[] Sum(double[][] parts) => [.. Enumerable.Range(0, parts[0].Length).Select(row => parts.Sum(part => part[row]))];
}
