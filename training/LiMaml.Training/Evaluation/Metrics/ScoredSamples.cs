using LiMaml.Models;
using LiMaml.Models.Schemas;

namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>What a model said about samples beside what happened: all that metrics need. Rows may come in any order.</summary>
public sealed class ScoredSamples
{
    private float[]? positives;

    /// <summary>Keeps the columns without copying them: they must not change afterwards.</summary>
    /// <param name="tasks">int32 [rows]: a number for each row's task; rows of one task share it.</param>
    /// <param name="scores">float32 [rows]: logits for binary and graded labels, predictions for real ones; not NaN.</param>
    /// <param name="labels">float32 [rows]: finite.</param>
    /// <param name="weights">float32 [rows]: finite, 0 or more; null for 1 everywhere.</param>
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    /// <exception cref="InvalidInputException">A value is outside its range.</exception>
    public ScoredSamples(int[] tasks, float[] scores, float[] labels, float[]? weights = null)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        Columns.Check(scores, labels, weights);
        Columns.CheckLength(tasks.Length, scores.Length, nameof(tasks));
        (Tasks, Scores, Labels, Weights) = (tasks, scores, labels, weights);
    }

    /// <summary>int32 [rows]: each row's task.</summary>
    public int[] Tasks { get; }

    /// <summary>float32 [rows]: logits for binary and graded labels, predictions for real ones.</summary>
    public float[] Scores { get; }

    /// <summary>float32 [rows].</summary>
    public float[] Labels { get; }

    /// <summary>float32 [rows]: 1 for binary and graded labels that are positive, 0 for the others.</summary>
    public float[] Positives => positives ??= Grades.Positives(Labels);

    /// <summary>float32 [rows], or null for 1 everywhere.</summary>
    public float[]? Weights { get; }

    /// <summary>Number of rows, may be 0.</summary>
    public int RowCount => Tasks.Length;

    /// <summary>The rows of the tasks in <paramref name="slice"/>, in unchanged order.</summary>
    public ScoredSamples In(TaskSlice slice)
    {
        if (slice == TaskSlice.All)
        {
            return this;
        }

        var rowCounts = Tasks.CountBy(task => task).ToDictionary();
        var rows = Enumerable.Range(0, RowCount).Where(row => slice.Contains(rowCounts[Tasks[row]])).ToArray();
        return Select(rows);
    }

    /// <summary>The rows of each task apart, tasks ascending.</summary>
    internal IEnumerable<ScoredSamples> ByTask()
    {
        var rows = Enumerable.Range(0, RowCount).ToArray();
        Array.Sort((int[])Tasks.Clone(), rows);
        for (int start = 0, end; start < rows.Length; start = end)
        {
            end = start + 1;
            while (end < rows.Length && Tasks[rows[end]] == Tasks[rows[start]])
            {
                end++;
            }

            yield return Select(rows.AsSpan(start, end - start));
        }
    }

    private ScoredSamples Select(ReadOnlySpan<int> rows) =>
        new(Pick(Tasks, rows), Pick(Scores, rows), Pick(Labels, rows), Weights is null ? null : Pick(Weights, rows));

    private static T[] Pick<T>(T[] column, ReadOnlySpan<int> rows)
    {
        var picked = new T[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            picked[i] = column[rows[i]];
        }

        return picked;
    }
}
