using LiMaml.Models.Datasets;
using LiMaml.Training.Data;

namespace LiMaml.Training.Evaluation;

/// <summary>
/// When the test rows begin: at one moment where the dataset is divided by date, else for each task with its own first test
/// row. Times are microseconds since 1970-01-01 UTC.
/// </summary>
internal sealed class TestPeriod
{
    private readonly TaskData data;

    public TestPeriod(TaskData data)
    {
        this.data = data;
        Start = Tasks(Split.Test).Select(range => data.Timestamps[range.Start]).DefaultIfEmpty().Min();
        IsByDate = new[] { Split.Train, Split.Validation }.SelectMany(Tasks).All(range => data.Timestamps[range.End - 1] < Start);
    }

    /// <summary>The earliest test row.</summary>
    public long Start { get; }

    /// <summary>Whether every training and validation row, of whichever task, is before it.</summary>
    public bool IsByDate { get; }

    /// <summary>When the test rows of a task that has some begin.</summary>
    public long StartOf(int task) => IsByDate ? Start : data.Timestamps[data.Rows(task, Split.Test).Start];

    private IEnumerable<RowRange> Tasks(Split split) =>
        Enumerable.Range(0, data.Keys.Count).Select(task => data.Rows(task, split)).Where(range => range.Count > 0);
}
