using LiMaml.Models.Datasets;
using LiMaml.Training.Data;

namespace LiMaml.Training.Evaluation;

/// <summary>Tasks told apart by when they were last seen before the test rows (paper §7.2).</summary>
/// <param name="data">All rows.</param>
internal sealed class Cohorts(TaskData data)
{
    /// <summary>A task with an earlier row within this time is frequent.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromDays(28);

    /// <summary>A task with none that recent, but one within this time, has lapsed: three months.</summary>
    public static readonly TimeSpan Known = TimeSpan.FromDays(91);

    private readonly TestPeriod period = new(data);

    /// <summary>The cohort of a task with test rows; null for one that was seen in training and then not for three months.</summary>
    public ReportSlice? Of(int task)
    {
        if (data.Rows(task, Split.Train).Count == 0)
        {
            return ReportSlice.New;
        }

        var age = TimeSpan.FromMicroseconds(period.StartOf(task) - Latest(task));
        return age <= Recent ? ReportSlice.Frequent : age <= Known ? ReportSlice.Lapsed : null;
    }

    private long Latest(int task) => new[] { Split.Train, Split.Validation }
        .Select(split => data.Rows(task, split)).Where(range => range.Count > 0).Max(range => data.Timestamps[range.End - 1]);
}
