using System.Diagnostics;

namespace LiMaml.Benchmarks;

/// <summary>
/// Times variants in turn, A B C A B C …, so that whatever else the machine does meets all of them alike. Ratios are taken
/// within a round for the same reason.
/// </summary>
/// <param name="Rounds">Timed rounds, at least 1.</param>
/// <param name="WarmUpRounds">Rounds before them that are not counted: compilation, caches, memory pools.</param>
/// <param name="Threads">Threads that tensor libraries use.</param>
/// <param name="ProcessorTime">Whether processor time is taken instead of elapsed time: what can be compared on a machine that others use.</param>
internal sealed record AlternatingRunner(int Rounds, int WarmUpRounds, int Threads, bool ProcessorTime)
{
    internal IReadOnlyList<Measurement> Run(IReadOnlyList<Variant> variants)
    {
        var times = variants.Select(_ => new double[Rounds]).ToArray();
        for (var round = -WarmUpRounds; round < Rounds; round++)
        {
            for (var i = 0; i < variants.Count; i++)
            {
                var time = Time(variants[i].Run);
                if (round >= 0)
                {
                    times[i][round] = time;
                }
            }
        }

        return [.. variants.Select((variant, i) => new Measurement(
            variant,
            Spread.Of(times[i]),
            Spread.Of([.. times[i].Zip(times[0], (time, baseline) => time / baseline)])))];
    }

    private double Time(Action run)
    {
        // One variant's garbage is not collected at another's expense.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var used = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        run();
        return (ProcessorTime ? Environment.CpuUsage.TotalTime - used : Stopwatch.GetElapsedTime(start)).TotalMilliseconds;
    }
}

/// <summary>What the runner found out about a variant.</summary>
/// <param name="Variant">Which.</param>
/// <param name="Milliseconds">Of one run.</param>
/// <param name="Ratio">To the first variant, round by round.</param>
internal sealed record Measurement(Variant Variant, Spread Milliseconds, Spread Ratio);

/// <summary>The middle and the ends of several values.</summary>
internal readonly record struct Spread(double Median, double Minimum, double Maximum)
{
    internal static Spread Of(double[] values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }
}
