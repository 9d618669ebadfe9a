namespace LiMaml.Preparation.Sources.SyntheticData;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed on every version of every runtime.</summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong state = seed;
    private double spare = double.NaN;

    public ulong NextBits()
    {
        unchecked
        {
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>In [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>In [0, <paramref name="count"/>).</summary>
    public int NextInt(int count) => (int)(NextDouble() * count);

    /// <summary>Standard normal (Box and Muller).</summary>
    public double NextGaussian()
    {
        if (!double.IsNaN(spare))
        {
            var kept = spare;
            spare = double.NaN;
            return kept;
        }

        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        var (sin, cos) = Math.SinCos(2 * Math.PI * NextDouble());
        spare = radius * sin;
        return radius * cos;
    }

    /// <summary>Standard normal numbers.</summary>
    public float[] NextGaussians(int count)
    {
        var values = new float[count];
        for (var index = 0; index < count; index++)
        {
            values[index] = (float)NextGaussian();
        }

        return values;
    }
}
