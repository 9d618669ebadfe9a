using System.Globalization;
using System.Text;
using LiMaml.Models.Datasets;

namespace LiMaml.Preparation.Statistics;

/// <summary>Statistics as aligned text.</summary>
internal static class StatisticsText
{
    public static string Render(PrepareStatistics statistics)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{statistics.Name}: {statistics.ReadRowCount:N0} interactions read, {statistics.DuplicateRowCount:N0} duplicates dropped ({statistics.Seconds:F1} s)\n\n");
        AppendTable(text, ["split", "rows", "mean label", "from", "to"], statistics.Splits.Select(split => Line(split.Key, split.Value)));
        text.Append('\n');
        AppendTable(
            text,
            ["task", "split", "rows", "capped", "tasks", "cold", "one class", "samples per task: min", "median", "mean", "p90", "p99", "max"],
            statistics.Tasks.SelectMany(task => task.Splits.Select(split => Line(task.Name, split.Key, split.Value))));
        if (statistics.Categories.Count > 0)
        {
            text.Append('\n');
            AppendTable(text, ["feature", "categories", "unknown: train", "validation", "test"], statistics.Categories.Select(Line));
        }

        return text.ToString();
    }

    private static string[] Line(Split split, SplitStatistics rows) =>
        [NameOf(split), Count(rows.RowCount), rows.LabelMean.ToString("F4", CultureInfo.InvariantCulture), Time(rows.First), Time(rows.Last)];

    private static string[] Line(string task, Split split, TaskSplitStatistics rows)
    {
        var samples = rows.SamplesPerTask;
        return
        [
            task, NameOf(split), Count(rows.RowCount), Count(rows.CappedRowCount), Count(rows.TaskCount), Count(rows.ColdTaskCount), Count(rows.OneClassTaskCount),
            Count(samples.Minimum), Count(samples.Median), samples.Mean.ToString("F1", CultureInfo.InvariantCulture), Count(samples.Percentile90), Count(samples.Percentile99), Count(samples.Maximum),
        ];
    }

    private static string[] Line(CategoryStatistics category) =>
        [category.Name, Count(category.Size), .. Enum.GetValues<Split>().Select(split => category.UnknownShare.TryGetValue(split, out var share) ? share.ToString("P2", CultureInfo.InvariantCulture) : "")];

    private static void AppendTable(StringBuilder text, string[] header, IEnumerable<string[]> lines)
    {
        List<string[]> all = [header, .. lines];
        var widths = header.Select((_, column) => all.Max(line => line[column].Length)).ToArray();
        foreach (var line in all)
        {
            // Names to the left, numbers to the right.
            var cells = line.Select((cell, column) => all.Skip(1).Any(other => char.IsAsciiLetter(other[column].FirstOrDefault())) ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }
    }

    private static string NameOf(Split split) => split.ToString().ToLowerInvariant();

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
