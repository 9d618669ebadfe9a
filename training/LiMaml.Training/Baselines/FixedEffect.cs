namespace LiMaml.Training.Baselines;

/// <summary>A logistic regression over all rows, with L2: the part of a GLMix model that tasks share.</summary>
internal static class FixedEffect
{
    /// <summary>Fits it.</summary>
    /// <param name="rows">The data.</param>
    /// <param name="features">Its features.</param>
    /// <param name="fitted">Positions of the rows to fit to; no other is looked at.</param>
    /// <param name="strength">λ of ½ λ |β|², above 0; the intercept is free.</param>
    /// <param name="cancellation">Ends the fitting.</param>
    /// <returns>The logit of every row, fitted to or not.</returns>
    public static double[] Fit(BaselineRows rows, LinearFeatures features, int[] fitted, double strength, CancellationToken cancellation)
    {
        var coefficients = new double[features.ColumnCount + 1]; // the last is the intercept
        new Lbfgs((at, gradient) => Loss(rows, features, fitted, strength, at, gradient)).Minimise(coefficients, cancellation);
        return [.. Enumerable.Range(0, rows.Labels.Length).Select(row => features.Dot(row, coefficients) + coefficients[^1])];
    }

    private static double Loss(BaselineRows rows, LinearFeatures features, int[] fitted, double strength, double[] at, double[] gradient)
    {
        var loss = 0.0;
        for (var column = 0; column < features.ColumnCount; column++)
        {
            gradient[column] = strength * at[column];
            loss += strength * at[column] * at[column] / 2;
        }

        gradient[^1] = 0;
        foreach (var row in fitted)
        {
            var logit = features.Dot(row, at) + at[^1];
            var error = rows.Weights[row] * ((1 / (1 + Math.Exp(-logit))) - rows.Labels[row]);
            loss += rows.Weights[row] * (Math.Max(logit, 0) - (logit * rows.Labels[row]) + Math.Log(1 + Math.Exp(-Math.Abs(logit))));
            features.Add(row, error, gradient);
            gradient[^1] += error;
        }

        return loss;
    }
}
