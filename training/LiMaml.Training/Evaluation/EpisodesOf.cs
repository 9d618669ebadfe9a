using LiMaml.Models.Datasets;
using LiMaml.Training.Data;

namespace LiMaml.Training.Evaluation;

/// <summary>The episodes a model is judged on: earlier splits are support, a later one is query (paper §6.1).</summary>
internal static class EpisodesOf
{
    /// <summary>Every task with rows in <paramref name="query"/>; its support is the most recent rows of <paramref name="support"/>.</summary>
    public static IReadOnlyList<Episode> Tasks(TaskData data, IReadOnlyList<Split> support, Split query, int supportCapacity) =>
        [.. Enumerable.Range(0, data.Keys.Count)
            .Where(task => data.Rows(task, query).Count > 0)
            .Select(task => new Episode(task, MostRecent(data, task, support, supportCapacity), Positions(data.Rows(task, query))))];

    /// <summary>Every task, whether it has rows in <paramref name="query"/> or not.</summary>
    public static IReadOnlyList<Episode> AllTasks(TaskData data, IReadOnlyList<Split> support, Split query, int supportCapacity) =>
        [.. Enumerable.Range(0, data.Keys.Count).Select(task => new Episode(task, MostRecent(data, task, support, supportCapacity), Positions(data.Rows(task, query))))];

    private static int[] MostRecent(TaskData data, int task, IReadOnlyList<Split> splits, int capacity)
    {
        // Random splits interleave; others are in order already. The sort is stable: rows of one moment keep the dataset's order.
        var rows = splits.SelectMany(split => Positions(data.Rows(task, split))).OrderBy(row => data.Timestamps[row]).ToArray();
        return rows.Length <= capacity ? rows : rows[^capacity..];
    }

    private static int[] Positions(RowRange range) => [.. Enumerable.Range(range.Start, range.Count)];
}
