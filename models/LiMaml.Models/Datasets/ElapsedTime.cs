namespace LiMaml.Models.Datasets;

/// <summary>Time between samples as networks read it, the same wherever it is computed.</summary>
public static class ElapsedTime
{
    private const double MicrosecondsPerDay = 86_400e6;

    /// <summary>Days from one event time to another (µs since 1970 UTC); 0 where that is not later.</summary>
    public static float Days(long from, long to) => (float)(Math.Max(0, to - from) / MicrosecondsPerDay);
}
