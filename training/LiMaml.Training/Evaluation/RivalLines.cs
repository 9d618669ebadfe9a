using System.Globalization;
using LiMaml.Models.Datasets;
using LiMaml.Training.Baselines;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Evaluation;

/// <summary>Scores test rows with rivals: fitted to training rows, with the tasks' part refitted, and refitted as a whole.</summary>
internal static class RivalLines
{
    /// <summary>Chooses, fits and scores.</summary>
    /// <param name="rival">What to judge.</param>
    /// <param name="data">All rows.</param>
    /// <param name="rows">Test rows by slice.</param>
    /// <param name="fewShot">Numbers of latest rows to fit the tasks' part to.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>A line for each way, and what the rival chose.</returns>
    public static (IReadOnlyList<ScoredLine> Lines, string Choice) Score(IRival rival, TaskData data, TestRows rows, IReadOnlyList<int> fewShot, CancellationToken cancellation)
    {
        var choice = $"{rival.Name}: {rival.Choose(cancellation)}.";
        var all = new BaselineRows(data);
        var lines = new List<ScoredLine>();

        void Add(ScoringMode mode, string? variant, Func<int, double> score) =>
            lines.Add(new ScoredLine(rival.Name, mode, variant, [rows.Collect(row => (float)score(row))]));

        int[] earlier = all.Of(Split.Train, Split.Validation);
        Add(ScoringMode.FittedToTraining, null, rival.Fit(all.Of(Split.Train), cancellation));
        Add(ScoringMode.TasksRefitted, null, rival.FitTasks(earlier, cancellation));
        Add(ScoringMode.Refitted, null, rival.Fit(earlier, cancellation));
        foreach (var count in fewShot)
        {
            Add(ScoringMode.FewShot, count.ToString(CultureInfo.InvariantCulture), rival.FitTasks(Latest(earlier, all, count), cancellation));
        }

        return (lines, choice);
    }

    /// <summary>The most recent rows of each task.</summary>
    private static int[] Latest(int[] earlier, BaselineRows rows, int count)
    {
        var groups = new KeyGroups(rows.Tasks, rows.TaskCount, earlier);
        var kept = new HashSet<int>();
        for (var task = 0; task < groups.Count; task++)
        {
            foreach (var row in groups[task][^Math.Min(count, groups[task].Length)..])
            {
                kept.Add(row);
            }
        }

        return Array.FindAll(earlier, kept.Contains);
    }
}
