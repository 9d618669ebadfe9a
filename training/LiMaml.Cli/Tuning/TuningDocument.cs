using System.Globalization;
using LiMaml.Cli.Reports;
using LiMaml.Training.Tuning;

namespace LiMaml.Cli.Tuning;

/// <summary>A search's report for people.</summary>
internal static class TuningDocument
{
    /// <summary>The report.</summary>
    public static ReportDocument Of(TuningReport report, IReadOnlyDictionary<string, Chart> charts) => new(
    [
        new Heading(1, $"Tuning on {report.Dataset}"),
        new Paragraph("Scores are those of validation rows after fine-tuning on training rows (AUC or, for real labels, minus the root mean squared error). Test rows were not looked at."),
        new Heading(2, "Finalists"),
        Finalists(report),
        new Heading(2, "Trials"),
        Trials(report),
        new Remarks([.. report.Rungs.Select(rung => string.Create(CultureInfo.InvariantCulture, $"Rung {rung.Index + 1}: at most {rung.Trials} trials up to epoch {rung.Epochs}."))]),
        .. charts.Select(chart => new Picture(chart.Key, chart.Value.Title)),
        .. report.Provenance is { } provenance ? ProvenanceParts.Of(provenance) : [],
    ]);

    /// <summary>The best trials over their seeds.</summary>
    public static Grid Finalists(TuningReport report)
    {
        var values = report.LastOfEach().ToDictionary(entry => entry.Trial, entry => entry.Values);
        return new Grid(["trial", "seeds", "validation score", "changes"], [.. report.Finalists.Select(finalist => new[]
        {
            Text(finalist.Trial), Text(finalist.Score.Count), finalist.Score.ToString(), string.Join("; ", values[finalist.Trial].Select(value => $"{value.Key} = {value.Value?.ToJsonString() ?? "null"}")),
        })]);
    }

    private static Grid Trials(TuningReport report)
    {
        var entries = report.LastOfEach();
        var paths = entries[0].Values.Select(value => value.Key).ToList();
        return new Grid(["trial", .. paths, "epochs", "score", "end"], [.. entries.OrderByDescending(entry => entry.Rung).ThenByDescending(entry => entry.Score).Select(entry => new[]
        {
            [Text(entry.Trial)], paths.ConvertAll(path => entry.Values[path]?.ToJsonString() ?? "null").ToArray(), [Text(entry.Epochs), entry.Score?.ToString("F4", CultureInfo.InvariantCulture) ?? "–", End(entry)],
        }.SelectMany(cells => cells).ToArray())]);
    }

    private static string End(TrialEntry entry) => entry.End switch
    {
        TrialEnd.Paused => string.Create(CultureInfo.InvariantCulture, $"left in rung {entry.Rung + 1}"),
        TrialEnd.Finished => "finished",
        TrialEnd.Median => "below the median",
        _ => $"failed: {entry.Message}",
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
