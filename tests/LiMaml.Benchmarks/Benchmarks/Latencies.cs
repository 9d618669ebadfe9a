using System.Diagnostics;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>How long single calls took. For one thread.</summary>
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

    /// <summary>Calls timed.</summary>
    internal int Count => milliseconds.Count;

    /// <summary>Adds a call that was timed elsewhere.</summary>
    internal void Add(TimeSpan time) => milliseconds.Add(time.TotalMilliseconds);

    /// <summary>Leaves out the first <paramref name="share"/> of the calls: those that warmed up.</summary>
    internal void Forget(double share) => milliseconds.RemoveRange(0, (int)(share * milliseconds.Count));

    /// <summary>The time that a share of the calls did not exceed.</summary>
    internal double Percentile(double share)
    {
        var sorted = milliseconds.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }
}
