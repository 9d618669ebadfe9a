using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Steps;

/// <summary>The formulas of <see cref="HistoryStatistic"/> over a window called <c>earlier</c>.</summary>
internal static class HistorySql
{
    /// <summary>The columns that <paramref name="statistics"/> need of n, y and latest, each with a suffix. Each costs a pass, so no others.</summary>
    public static string Columns(HistoryScope scope, string suffix, IReadOnlyCollection<HistoryStatistic> statistics)
    {
        var isRate = statistics.Contains(HistoryStatistic.Rate) || statistics.Contains(HistoryStatistic.LogOdds);
        List<string> columns = [];
        if (isRate || statistics.Contains(HistoryStatistic.Count))
        {
            columns.Add($"{Count(scope)} AS n{suffix}");
        }

        if (isRate)
        {
            columns.Add($"{LabelSum(scope)} AS y{suffix}");
        }

        if (statistics.Contains(HistoryStatistic.Recency))
        {
            columns.Add($"{Seen(scope, "max", "ts")} AS latest{suffix}");
        }

        return string.Join(", ", columns);
    }

    public static string Count(HistoryScope scope) => scope == HistoryScope.EarlierRows ? "count(*) OVER earlier" : $"coalesce({Seen(scope, "sum", "1")}, 0)";

    public static string LabelSum(HistoryScope scope) => $"coalesce({Seen(scope, "sum", "CAST(label AS DOUBLE)")}, 0)";

    /// <summary>The column of the mean label.</summary>
    public static string Prior(HistoryScope scope) => scope == HistoryScope.EarlierRows ? "prior" : "prior_of_splits";

    /// <summary>A feature's value, from columns with a suffix.</summary>
    public static string Value(HistoryFeature feature, string suffix)
    {
        var s = Sql.Number(feature.Smoothing);
        return feature.Of switch
        {
            HistoryStatistic.Count => $"n{suffix}",
            HistoryStatistic.Rate => $"((y{suffix} + {s} * {Prior(feature.Sees)}) / (n{suffix} + {s}))",
            HistoryStatistic.LogOdds => $"ln((y{suffix} + {s} * {Inner(feature)}) / (n{suffix} - y{suffix} + {s} * (1 - {Inner(feature)})))",
            _ => $"coalesce((ts - latest{suffix}) / 1e6, {Sql.Number(HistoryFeature.NeverSeconds)})",
        };
    }

    /// <summary>The value for a key that never occurred.</summary>
    public static string Empty(HistoryFeature feature) => feature.Of switch
    {
        HistoryStatistic.Count => "0",
        HistoryStatistic.Rate => Prior(feature.Sees),
        HistoryStatistic.LogOdds => $"ln({Inner(feature)} / (1 - {Inner(feature)}))",
        _ => Sql.Number(HistoryFeature.NeverSeconds),
    };

    // Keeps the odds finite while all labels so far are equal.
    private static string Inner(HistoryFeature feature) => $"least(greatest({Prior(feature.Sees)}, 0.001), 0.999)";

    // CASE inside the aggregate rather than FILTER behind it, which makes windows many times slower.
    private static string Seen(HistoryScope scope, string aggregate, string value) => scope == HistoryScope.EarlierRows
        ? $"{aggregate}({value}) OVER earlier"
        : $"(CASE WHEN split = 2 THEN {aggregate}(CASE WHEN split <= 1 THEN {value} END) OVER earlier ELSE {aggregate}(CASE WHEN split = 0 THEN {value} END) OVER earlier END)";
}
