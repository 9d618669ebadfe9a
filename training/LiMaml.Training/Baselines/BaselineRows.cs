using LiMaml.Models.Datasets;
using LiMaml.Training.Data;

namespace LiMaml.Training.Baselines;

/// <summary>The rows of a <see cref="TaskData"/> as simple rivals read them: the very same ones, at the same positions.</summary>
internal sealed class BaselineRows
{
    private readonly Dictionary<Split, int[]> positions;

    public BaselineRows(TaskData data)
    {
        Tasks = new int[data.LabelValues.Length];
        TaskCount = data.Keys.Count;
        (Labels, Weights, Timestamps) = (data.LabelValues, data.WeightValues, data.Timestamps);
        foreach (var split in Enum.GetValues<Split>())
        {
            for (var task = 0; task < TaskCount; task++)
            {
                Tasks.AsSpan(data.Rows(task, split).Start, data.Rows(task, split).Count).Fill(task);
            }
        }

        positions = Enum.GetValues<Split>().ToDictionary(split => split, split => InOrderOfTime(data, split));
    }

    /// <summary>Each row's task.</summary>
    public int[] Tasks { get; }

    /// <summary>Number of tasks.</summary>
    public int TaskCount { get; }

    /// <summary>0 to 1.</summary>
    public float[] Labels { get; }

    /// <summary>0 or more.</summary>
    public float[] Weights { get; }

    /// <summary>Event times in microseconds since 1970-01-01 UTC.</summary>
    public long[] Timestamps { get; }

    /// <summary>Positions of the rows of some splits, oldest first.</summary>
    public int[] Of(params ReadOnlySpan<Split> splits)
    {
        var rows = new List<int>();
        foreach (var split in splits)
        {
            rows.AddRange(positions[split]);
        }

        return splits.Length == 1 ? [.. rows] : [.. rows.OrderBy(row => Timestamps[row])]; // stable, for ties
    }

    private int[] InOrderOfTime(TaskData data, Split split) =>
        [.. Enumerable.Range(0, TaskCount)
            .SelectMany(task => Enumerable.Range(data.Rows(task, split).Start, data.Rows(task, split).Count))
            .OrderBy(row => Timestamps[row])];
}
