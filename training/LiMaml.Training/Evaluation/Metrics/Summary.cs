using System.Globalization;

namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>One figure over several seeds.</summary>
/// <param name="Count">Seeds, at least 1.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="StandardDeviation">Of the sample (divided by count − 1); null for one seed.</param>
public sealed record Summary(int Count, double Mean, double? StandardDeviation)
{
    /// <summary>Summarises <paramref name="values"/>.</summary>
    /// <param name="values">One a seed: at least one, all finite.</param>
    /// <exception cref="ArgumentException">There are none, or one is not finite.</exception>
    public static Summary Of(IReadOnlyCollection<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0 || values.Any(value => !double.IsFinite(value)))
        {
            throw new ArgumentException("a summary needs at least one value, and finite ones only", nameof(values));
        }

        var mean = values.Average();
        var squares = values.Sum(value => (value - mean) * (value - mean));
        return new Summary(values.Count, mean, values.Count > 1 ? Math.Sqrt(squares / (values.Count - 1)) : null);
    }

    /// <summary>Mean and, for several seeds, standard deviation with four decimals: <c>0.8202 ± 0.0013</c>.</summary>
    public override string ToString() => StandardDeviation is { } deviation
        ? string.Create(CultureInfo.InvariantCulture, $"{Mean:F4} ± {deviation:F4}")
        : string.Create(CultureInfo.InvariantCulture, $"{Mean:F4}");
}
