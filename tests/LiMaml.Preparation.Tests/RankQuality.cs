namespace LiMaml.Preparation.Tests;

/// <summary>Area under the ROC curve by ranks; ties count half.</summary>
internal static class RankQuality
{
    public static double Auc(IEnumerable<(float Label, double Score)> rows)
    {
        var (positives, negatives, area) = (0.0, 0.0, 0.0);
        foreach (var tie in rows.GroupBy(row => row.Score).OrderBy(group => group.Key))
        {
            var (ones, zeros) = (tie.Count(row => row.Label == 1), tie.Count(row => row.Label == 0));
            area += ones * (negatives + (zeros / 2.0));
            positives += ones;
            negatives += zeros;
        }

        return area / (positives * negatives);
    }

    /// <summary>Mean of the tasks' own areas, over tasks with both labels.</summary>
    public static double MeanTaskAuc(IEnumerable<(string Key, float Label, double Score)> rows) =>
        rows.GroupBy(row => row.Key)
            .Where(task => task.Select(row => row.Label).Distinct().Count() == 2)
            .Average(task => Auc(task.Select(row => (row.Label, row.Score))));
}
