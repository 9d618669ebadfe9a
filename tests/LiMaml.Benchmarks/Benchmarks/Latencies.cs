using System.Diagnostics;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>How long single calls took; those of the first rounds are forgotten. For one thread.</summary>
internal sealed class Latencies
{
    private readonly List<double> milliseconds = [];

    /// <summary>Times a call.</summary>
    internal void Time(Action call)
    {
        var start = Stopwatch.GetTimestamp();
        call();
        milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <summary>The time that a share of the calls did not exceed, the first tenth of them left out.</summary>
    internal double Percentile(double share)
    {
        var sorted = milliseconds.Skip(milliseconds.Count / 10).Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }
}
