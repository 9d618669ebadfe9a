using LiMaml.Models.Datasets;

namespace LiMaml.Training.Data;

/// <summary>Training and validation rows as one: of each task together, oldest first, and no validation rows left.</summary>
internal static class MergedRows
{
    /// <summary>Where rows come to stand, and the ranges of tasks there.</summary>
    /// <param name="ranges">By split and task, over positions before.</param>
    /// <param name="timestamps">Of the rows; equal ones are ordered by <paramref name="rowNumbers"/>.</param>
    /// <param name="rowNumbers">Of the rows in the dataset.</param>
    /// <returns>For each new position the one before, and the ranges over new positions.</returns>
    public static (int[] Order, Dictionary<Split, RowRange[]> Ranges) Of(Dictionary<Split, RowRange[]> ranges, long[] timestamps, long[] rowNumbers)
    {
        var order = new List<int>(timestamps.Length);
        RowRange Append(IEnumerable<int> rows)
        {
            var start = order.Count;
            order.AddRange(rows);
            return new RowRange(start, order.Count - start);
        }

        var tasks = ranges[Split.Train].Zip(ranges[Split.Validation]);
        RowRange[] merged = [.. tasks.Select(task => Append(Rows(task.First).Concat(Rows(task.Second)).OrderBy(row => timestamps[row]).ThenBy(row => rowNumbers[row])))];
        var result = new Dictionary<Split, RowRange[]> { [Split.Train] = merged, [Split.Validation] = new RowRange[merged.Length] };
        foreach (var (split, rest) in ranges.Where(entry => !result.ContainsKey(entry.Key)))
        {
            result[split] = [.. rest.Select(range => Append(Rows(range)))];
        }

        return ([.. order], result);
    }

    private static IEnumerable<int> Rows(RowRange range) => Enumerable.Range(range.Start, range.Count);
}
