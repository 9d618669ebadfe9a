using System.Globalization;
using System.Text.Json.Nodes;
using LiMaml.Cli.Reports;
using LiMaml.Training.Tuning;

namespace LiMaml.Cli.Tuning;

/// <summary>Score against each parameter of the space.</summary>
internal static class TuningCharts
{
    /// <summary>By file name, in the order of the space.</summary>
    public static IReadOnlyDictionary<string, Chart> Of(SearchSpace space, TuningReport report)
    {
        var scored = report.LastOfEach().Where(entry => entry.Score is not null).ToList();
        return scored.Count == 0 ? new Dictionary<string, Chart>() : space.Dimensions.ToDictionary(dimension => FileOf(dimension.Key), dimension => Draw(dimension.Key, dimension.Value, scored));
    }

    private static Chart Draw(string path, SearchDimension dimension, List<TrialEntry> entries)
    {
        var (position, ticks) = dimension switch
        {
            RangeDimension range => Ranged(range),
            ChoiceDimension choice => Chosen(choice),
            _ => throw new ArgumentOutOfRangeException(nameof(dimension), dimension, null),
        };
        var series = entries.GroupBy(entry => entry.Rung).OrderBy(rung => rung.Key).Select(rung => new ChartSeries(
            string.Create(CultureInfo.InvariantCulture, $"rung {rung.Key + 1}"), [.. rung.Select(entry => new ChartPoint(position(entry.Values[path]), entry.Score!.Value))]));
        return new Chart($"Validation score by {path}", path, "validation score", [.. series], ticks);
    }

    private static (Func<JsonNode?, double> Position, IReadOnlyList<(double, string)> Ticks) Ranged(RangeDimension range)
    {
        double Place(double value) => range.Scale is SearchScale.Log ? Math.Log10(value) : value;
        var (from, to) = (Place(range.From), Place(range.To));
        var ticks = Enumerable.Range(0, 5).Select(quarter => from + ((to - from) * quarter / 4)).Select(place => (place, Text(range.Scale is SearchScale.Log ? Math.Pow(10, place) : place)));
        return (value => Place(value!.GetValue<double>()), [.. ticks]);
    }

    private static (Func<JsonNode?, double> Position, IReadOnlyList<(double, string)> Ticks) Chosen(ChoiceDimension choice)
    {
        var names = choice.Values.Select(value => value?.ToJsonString() ?? "null").ToList();
        return (value => names.IndexOf(value?.ToJsonString() ?? "null"), [.. names.Select((name, index) => ((double)index, name))]);
    }

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string FileOf(string path) => string.Concat(path.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '-')) + ".png";
}
