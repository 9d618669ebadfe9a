namespace LiMaml.Training.Baselines;

/// <summary>How strongly a random effect is held at zero.</summary>
internal sealed record RandomEffectOptions
{
    /// <summary>λ of ½ λ β² for each slope, above 0.</summary>
    public double SlopeStrength { get; init; } = 30;

    /// <summary>λ of ½ λ β² for the intercept, above 0.</summary>
    public double InterceptStrength { get; init; } = 3;
}

/// <summary>A logistic regression for each key (task or item) on top of an offset: the part of a GLMix model that is personal.</summary>
/// <param name="keys">Each row's key.</param>
/// <param name="keyCount">More than the largest key.</param>
/// <param name="firstKey">Keys below it, such as 'unknown', have no effect.</param>
/// <param name="features">What each regression reads, besides its intercept.</param>
internal sealed class RandomEffect(int[] keys, int keyCount, int firstKey, LinearFeatures features)
{
    private const int MostSteps = 12;
    private const double Tolerance = 1e-4;

    /// <summary>Fits every key's regression to its rows.</summary>
    /// <param name="rows">The data.</param>
    /// <param name="fitted">Positions of the rows to fit to; no other is looked at.</param>
    /// <param name="offsets">What the rest of the model says of each row.</param>
    /// <param name="options">Strengths.</param>
    /// <param name="threads">Threads; the result does not depend on them.</param>
    /// <returns>What the effect adds to the logit of every row; 0 for keys without rows.</returns>
    public double[] Fit(BaselineRows rows, int[] fitted, double[] offsets, RandomEffectOptions options, int threads)
    {
        var effects = new double[rows.Labels.Length];
        var strengths = Enumerable.Repeat(options.SlopeStrength, features.ColumnCount).Append(options.InterceptStrength).ToArray();
        var groups = new KeyGroups(keys, keyCount, fitted);
        var all = new KeyGroups(keys, keyCount, Enumerable.Range(0, keys.Length).ToArray());
        Parallel.For(
            firstKey,
            keyCount,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => new NewtonSystem(features.ColumnCount + 1),
            (key, _, system) =>
            {
                if (groups[key].Length > 0)
                {
                    var coefficients = FitOne(rows, groups[key], offsets, strengths, system);
                    foreach (var row in all[key])
                    {
                        effects[row] = Effect(row, coefficients);
                    }
                }

                return system;
            },
            _ => { });
        return effects;
    }

    private double[] FitOne(BaselineRows rows, ReadOnlySpan<int> group, double[] offsets, double[] strengths, NewtonSystem system)
    {
        var coefficients = new double[features.ColumnCount + 1];
        var x = new double[system.Stride];
        for (var step = 0; step < MostSteps; step++)
        {
            system.Clear();
            foreach (var row in group)
            {
                Array.Clear(x);
                features.Add(row, 1, x);
                x[features.ColumnCount] = 1;
                system.Add(x, offsets[row] + Effect(row, coefficients), rows.Labels[row], rows.Weights[row]);
            }

            if (system.Step(coefficients, strengths) < Tolerance)
            {
                break;
            }
        }

        return coefficients;
    }

    private double Effect(int row, double[] coefficients) => features.Dot(row, coefficients) + coefficients[^1];
}
