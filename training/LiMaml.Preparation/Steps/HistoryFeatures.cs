using System.Globalization;
using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Steps;

/// <summary>
/// Causal statistics: every window ends before the first row of the row's own moment, so neither the row itself, nor its ties,
/// nor anything later enters. They are computed on all rows, before any are capped or divided.
/// </summary>
internal sealed class HistoryFeatures
{
    // The groups of a window are the rows of one timestamp: everything strictly before.
    private const string Before = "ORDER BY ts GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING";

    private readonly Session session;
    private readonly RowPlan plan;
    private readonly Moments moments;
    private readonly IReadOnlyList<KeySet> keys;

    private HistoryFeatures(Session session, RowPlan plan, Moments moments, IReadOnlyList<KeySet> keys)
    {
        this.session = session;
        this.plan = plan;
        this.moments = moments;
        this.keys = keys;
    }

    /// <summary>Adds to <paramref name="moments"/> what <see cref="Columns"/> needs; <paramref name="keys"/> are those of the features.</summary>
    public static HistoryFeatures Compute(Session session, RowPlan plan, Moments moments, IReadOnlyList<KeySet> keys)
    {
        var features = new HistoryFeatures(session, plan, moments, keys);
        if (plan.Schema.History.Any(feature => feature.Of is HistoryStatistic.Rate or HistoryStatistic.LogOdds))
        {
            moments.Add("coalesce(sum(CAST(label AS DOUBLE)) OVER earlier / count(*) OVER earlier, 0.5) AS prior", $"WINDOW earlier AS ({Before})");
        }

        foreach (var set in features.Plain().Select(index => keys[index]).Distinct())
        {
            features.AddStatistics(set);
        }

        foreach (var index in Enumerable.Range(0, plan.Schema.History.Count).Except(features.Plain()))
        {
            features.AverageOverValues(index);
        }

        return features;
    }

    /// <summary>SQL of each feature's value over the columns of the moments, in the schema's order.</summary>
    public IEnumerable<string> Columns() =>
        plan.Schema.History.Select((feature, index) => $"CAST({(plan.ValuesOf(feature) is null ? Value(feature, Suffix(keys[index])) : Name(index))} AS FLOAT) AS {Name(index)}");

    /// <summary>The joins that <see cref="Columns"/> needs behind <c>FROM moments m</c>.</summary>
    public string Joins() =>
        string.Concat(plan.Schema.History.Select((feature, index) => plan.ValuesOf(feature) is null ? "" : $" JOIN averages{index} USING (row)"));

    /// <summary>The column of a history feature.</summary>
    public static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"h{index}");

    private IEnumerable<int> Plain() => Enumerable.Range(0, plan.Schema.History.Count).Where(index => plan.ValuesOf(plan.Schema.History[index]) is null);

    private static string Suffix(KeySet set) => set.Index.ToString(CultureInfo.InvariantCulture);

    private void AddStatistics(KeySet set) => moments.Add(Statistics(Suffix(set)), $"WINDOW earlier AS (PARTITION BY {set.Id} {Before})");

    private static string Statistics(string suffix) =>
        $"""
        count(*) OVER earlier AS n{suffix},
        coalesce(sum(CAST(label AS DOUBLE)) OVER earlier, 0) AS y{suffix},
        max(ts) OVER earlier AS latest{suffix}
        """;

    private static string Value(HistoryFeature feature, string suffix)
    {
        var s = Sql.Number(feature.Smoothing);
        const string P = "least(greatest(prior, 0.001), 0.999)";
        return feature.Of switch
        {
            HistoryStatistic.Count => $"n{suffix}",
            HistoryStatistic.Rate => $"((y{suffix} + {s} * prior) / (n{suffix} + {s}))",
            HistoryStatistic.LogOdds => $"ln((y{suffix} + {s} * {P}) / (n{suffix} - y{suffix} + {s} * (1 - {P})))",
            _ => $"coalesce((ts - latest{suffix}) / 1e6, {Sql.Number(HistoryFeature.NeverSeconds)})",
        };
    }

    // The statistic of a key that never occurred.
    private static string Empty(HistoryFeature feature) => feature.Of switch
    {
        HistoryStatistic.Count => "0",
        HistoryStatistic.Rate => "prior",
        HistoryStatistic.LogOdds => "ln(least(greatest(prior, 0.001), 0.999) / (1 - least(greatest(prior, 0.001), 0.999)))",
        _ => Sql.Number(HistoryFeature.NeverSeconds),
    };

    private void AverageOverValues(int index)
    {
        var feature = plan.Schema.History[index];
        var values = plan.ValuesOf(feature)!;
        var prior = feature.Of is HistoryStatistic.Rate or HistoryStatistic.LogOdds ? "prior" : "0.5 AS prior";
        session.Execute($"CREATE TABLE valued AS SELECT m.row, m.ts, m.label, {prior}, {keys[index].Id} AS key, unnest(list_distinct({values})) AS value FROM {moments.Table} m JOIN rows r ON r.rowid = m.row");
        session.Execute($"CREATE TABLE valued_before AS SELECT row, ts, prior, {Statistics("")} FROM valued WINDOW earlier AS (PARTITION BY key, value {Before})");
        session.Drop("valued");
        var average = $"SELECT row, avg({Value(feature, "")}) AS average FROM valued_before GROUP BY row";
        session.Execute($"CREATE TABLE averages{index} AS SELECT m.row, coalesce(average, {Empty(feature)}) AS {Name(index)} FROM {moments.Table} m LEFT JOIN ({average}) USING (row)");
        session.Drop("valued_before");
    }
}
