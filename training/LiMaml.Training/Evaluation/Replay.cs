using LiMaml.Models.Datasets;
using LiMaml.Training.Data;

namespace LiMaml.Training.Evaluation;

/// <summary>
/// Replays the test period (paper §5): each test row is scored with the embedding of the latest refresh before it. The first
/// refresh has seen the support splits, later ones also the task's test rows before them; they come at equal distances from the
/// earliest test row of all. Rows of one moment never see each other.
/// </summary>
internal static class Replay
{
    /// <summary>One episode for each task and refresh that rows are scored with; together they hold every test row once.</summary>
    public static IReadOnlyList<Episode> Episodes(TaskData data, IReadOnlyList<Split> support, int supportCapacity, RefreshCadence cadence)
    {
        var start = new TestPeriod(data).Start;
        return [.. EpisodesOf.Tasks(data, support, Split.Test, supportCapacity).SelectMany(stored => stored.Query
            .GroupBy(row => Refresh(data.Timestamps[row], start, cadence))
            .Select(group => new Episode(stored.Task, Seen(data, stored, group.Key, supportCapacity), [.. group])))];
    }

    /// <summary>The moment of the latest refresh, which has seen rows strictly before it; that of the first one has seen no test row.</summary>
    private static long Refresh(long time, long start, RefreshCadence cadence)
    {
        if (cadence.Every == Timeout.InfiniteTimeSpan)
        {
            return start;
        }

        var every = cadence.Every.Ticks / TimeSpan.TicksPerMicrosecond;
        return every == 0 ? time : start + ((time - start) / every * every);
    }

    /// <summary>The most recent rows of what was there before the test period and of the test rows before a refresh.</summary>
    private static int[] Seen(TaskData data, Episode stored, long refresh, int capacity)
    {
        var seen = stored.Query.TakeWhile(row => data.Timestamps[row] < refresh).ToArray();
        if (seen.Length == 0)
        {
            return stored.Support;
        }

        // Test rows follow the others, but not where rows were divided at random. The sort is stable.
        var rows = stored.Support.Concat(seen).OrderBy(row => data.Timestamps[row]).ToArray();
        return rows.Length <= capacity ? rows : rows[^capacity..];
    }
}
