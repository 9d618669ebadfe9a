using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Steps;

/// <summary>The formulas of <see cref="HistoryStatistic"/> over a window called <c>earlier</c>.</summary>
internal static class HistorySql
{
    /// <summary>What <paramref name="statistics"/> need of n, y and latest. Each costs a pass, so no others.</summary>
    public static Dictionary<string, string> Aggregates(HistoryScope scope, IReadOnlyCollection<HistoryStatistic> statistics)
    {
        var isRate = statistics.Contains(HistoryStatistic.Rate) || statistics.Contains(HistoryStatistic.LogOdds);
        var aggregates = new Dictionary<string, string>();
        if (isRate || statistics.Contains(HistoryStatistic.Count))
        {
            aggregates.Add("n", scope == HistoryScope.EarlierRows ? "count(*) OVER earlier" : $"coalesce({Seen(scope, "sum", "1")}, 0)");
        }

        if (isRate)
        {
            aggregates.Add("y", $"coalesce({Seen(scope, "sum", "CAST(label AS DOUBLE)")}, 0)");
        }

        if (statistics.Contains(HistoryStatistic.Recency))
        {
            aggregates.Add("latest", Seen(scope, "max", "ts"));
        }

        return aggregates;
    }

    /// <summary>The column of the mean label.</summary>
    public static string Prior(HistoryScope scope) => scope == HistoryScope.EarlierRows ? "prior" : "prior_of_splits";

    /// <summary>A feature's value, from the aggregates.</summary>
    public static string Value(HistoryFeature feature)
    {
        var s = Sql.Number(feature.Smoothing);
        return feature.Of switch
        {
            HistoryStatistic.Count => "n",
            HistoryStatistic.Rate => $"((y + {s} * {Prior(feature.Sees)}) / (n + {s}))",
            HistoryStatistic.LogOdds => $"ln((y + {s} * {Inner(feature)}) / (n - y + {s} * (1 - {Inner(feature)})))",
            _ => $"coalesce((ts - latest) / 1e6, {Sql.Number(HistoryFeature.NeverSeconds)})",
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
