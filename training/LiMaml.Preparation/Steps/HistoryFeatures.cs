using System.Globalization;
using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Steps;

/// <summary>
/// Causal statistics: every window ends before the first row of the row's own moment, so neither the row itself, nor its ties,
/// nor anything later enters. They are computed on all rows, before any are capped.
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

    private IReadOnlyList<HistoryFeature> Features => plan.Schema.History;

    /// <summary>Adds the features to <paramref name="moments"/>, under their <see cref="Name"/>; <paramref name="keys"/> are those of the features.</summary>
    /// <returns>Joins that a selection from the moments needs for features that are averages.</returns>
    public static string Compute(Session session, RowPlan plan, Moments moments, IReadOnlyList<KeySet> keys)
    {
        var history = new HistoryFeatures(session, plan, moments, keys);
        foreach (var scope in history.Features.Where(NeedsPrior).Select(feature => feature.Sees).Distinct())
        {
            moments.Add(HistorySql.Aggregates(scope, [HistoryStatistic.Rate]), Before, [$"coalesce(y / nullif(n, 0), 0.5) AS {HistorySql.Prior(scope)}"]);
        }

        foreach (var group in history.Indices(isAverage: false).GroupBy(index => (Key: keys[index], history.Features[index].Sees)))
        {
            history.AddColumns(group.Key.Key, group.Key.Sees, [.. group]);
        }

        foreach (var index in history.Indices(isAverage: true))
        {
            history.AverageOverValues(index);
        }

        return string.Concat(history.Indices(isAverage: true).Select(index => $" JOIN {Averages(index)} USING (row)"));
    }

    /// <summary>The column of a history feature.</summary>
    public static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"h{index}");

    private static string Averages(int index) => string.Create(CultureInfo.InvariantCulture, $"averages{index}");

    private static bool NeedsPrior(HistoryFeature feature) => feature.Of is HistoryStatistic.Rate or HistoryStatistic.LogOdds;

    private IEnumerable<int> Indices(bool isAverage) => Enumerable.Range(0, Features.Count).Where(index => plan.ValuesOf(Features[index]) is not null == isAverage);

    private void AddColumns(KeySet key, HistoryScope scope, IReadOnlyList<int> indices)
    {
        var statistics = indices.Select(index => Features[index].Of).ToHashSet();
        var columns = indices.Select(index => $"CAST({HistorySql.Value(Features[index])} AS FLOAT) AS {Name(index)}");
        moments.Add(HistorySql.Aggregates(scope, statistics), $"PARTITION BY {key.Id} {Before}", columns);
    }

    private void AverageOverValues(int index)
    {
        var feature = Features[index];
        var prior = NeedsPrior(feature) ? $", m.{HistorySql.Prior(feature.Sees)}" : "";
        var aggregates = string.Join(", ", HistorySql.Aggregates(feature.Sees, [feature.Of]).Select(aggregate => $"{aggregate.Value} AS {aggregate.Key}"));
        session.Execute($"CREATE TABLE valued AS SELECT m.row, m.ts, m.label, m.split{prior}, {keys[index].Id} AS key, unnest(list_distinct({plan.ValuesOf(feature)})) AS value FROM {moments.Table} m JOIN rows r ON r.rowid = m.row");
        session.Execute($"CREATE TABLE valued_before AS SELECT m.row, m.ts{prior}, {aggregates} FROM valued m WINDOW earlier AS (PARTITION BY key, value {Before})");
        session.Drop("valued");
        var average = $"SELECT row, avg({HistorySql.Value(feature)}) AS average FROM valued_before GROUP BY row";
        session.Execute($"CREATE TABLE {Averages(index)} AS SELECT m.row, CAST(coalesce(average, {HistorySql.Empty(feature)}) AS FLOAT) AS {Name(index)} FROM {moments.Table} m LEFT JOIN ({average}) USING (row)");
        session.Drop("valued_before");
    }
}
