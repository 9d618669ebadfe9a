namespace LiMaml.Runtime.Batches;

/// <summary>Event times as datasets store them: microseconds since 1970-01-01 UTC.</summary>
internal static class EventTime
{
    /// <summary>The time of <paramref name="microseconds"/>.</summary>
    public static DateTimeOffset Of(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>Whole microseconds at or before <paramref name="time"/>.</summary>
    public static long Microseconds(DateTimeOffset time) =>
        (long)Math.Floor((decimal)(time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
}
