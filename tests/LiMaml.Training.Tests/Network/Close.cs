namespace LiMaml.Training.Tests.Network;

/// <summary>Assertions on gradients.</summary>
internal static class Close
{
    /// <summary>Fails where a gradient differs from what is expected by more than <paramref name="tolerance"/> of its norm.</summary>
    public static void Assert(IReadOnlyDictionary<string, double[]> expected, IReadOnlyDictionary<string, double[]> actual, double tolerance)
    {
        Xunit.Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, values) in expected)
        {
            var distance = Distance(values, actual[name]);
            Xunit.Assert.True(distance <= tolerance, $"{name}: relative distance {distance:E2}, at most {tolerance:E1}");
        }
    }

    /// <summary>|a − b| ÷ |a|; the norm of b where a is 0.</summary>
    public static double Distance(double[] a, double[] b)
    {
        Xunit.Assert.Equal(a.Length, b.Length);
        var norm = Math.Sqrt(a.Sum(value => value * value));
        var difference = Math.Sqrt(a.Zip(b, (left, right) => (left - right) * (left - right)).Sum());
        return norm < 1e-12 ? difference : difference / norm;
    }
}
