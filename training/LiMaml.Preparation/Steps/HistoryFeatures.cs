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

    /// <summary>Adds to <paramref name="moments"/> what <see cref="Columns"/> needs; <paramref name="keys"/> are those of the features.</summary>
    public static HistoryFeatures Compute(Session session, RowPlan plan, Moments moments, IReadOnlyList<KeySet> keys)
    {
        var history = new HistoryFeatures(session, plan, moments, keys);
        foreach (var scope in history.Features.Where(NeedsPrior).Select(feature => feature.Sees).Distinct())
        {
            moments.Add($"coalesce({HistorySql.LabelSum(scope)} / nullif({HistorySql.Count(scope)}, 0), 0.5) AS {HistorySql.Prior(scope)}", $"WINDOW earlier AS ({Before})");
        }

        foreach (var group in history.Indices(isAverage: false).GroupBy(index => (Key: keys[index], history.Features[index].Sees)))
        {
            var (key, scope) = group.Key;
            var statistics = group.Select(index => history.Features[index].Of).ToHashSet();
            moments.Add(HistorySql.Columns(scope, Suffix(key, scope), statistics), $"WINDOW earlier AS (PARTITION BY {key.Id} {Before})");
        }

        foreach (var index in history.Indices(isAverage: true))
        {
            history.AverageOverValues(index);
        }

        return history;
    }

    /// <summary>SQL of each feature's value over the columns of the moments, in the schema's order.</summary>
    public IEnumerable<string> Columns() =>
        Features.Select((feature, index) => $"CAST({(plan.ValuesOf(feature) is null ? HistorySql.Value(feature, Suffix(keys[index], feature.Sees)) : Name(index))} AS FLOAT) AS {Name(index)}");

    /// <summary>The joins that <see cref="Columns"/> needs behind <c>FROM moments m</c>.</summary>
    public string Joins() => string.Concat(Indices(isAverage: true).Select(index => $" JOIN {Averages(index)} USING (row)"));

    /// <summary>The column of a history feature.</summary>
    public static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"h{index}");

    private static string Averages(int index) => string.Create(CultureInfo.InvariantCulture, $"averages{index}");

    private static bool NeedsPrior(HistoryFeature feature) => feature.Of is HistoryStatistic.Rate or HistoryStatistic.LogOdds;

    private static string Suffix(KeySet key, HistoryScope scope) => string.Create(CultureInfo.InvariantCulture, $"_{key.Index}_{(int)scope}");

    private IEnumerable<int> Indices(bool isAverage) => Enumerable.Range(0, Features.Count).Where(index => plan.ValuesOf(Features[index]) is not null == isAverage);

    private void AverageOverValues(int index)
    {
        var feature = Features[index];
        var prior = NeedsPrior(feature) ? $", m.{HistorySql.Prior(feature.Sees)}" : "";
        session.Execute($"CREATE TABLE valued AS SELECT m.row, m.ts, m.label, m.split{prior}, {keys[index].Id} AS key, unnest(list_distinct({plan.ValuesOf(feature)})) AS value FROM {moments.Table} m JOIN rows r ON r.rowid = m.row");
        session.Execute($"CREATE TABLE valued_before AS SELECT m.row, m.ts{prior}, {HistorySql.Columns(feature.Sees, "", [feature.Of])} FROM valued m WINDOW earlier AS (PARTITION BY key, value {Before})");
        session.Drop("valued");
        var average = $"SELECT row, avg({HistorySql.Value(feature, "")}) AS average FROM valued_before GROUP BY row";
        session.Execute($"CREATE TABLE {Averages(index)} AS SELECT m.row, coalesce(average, {HistorySql.Empty(feature)}) AS {Name(index)} FROM {moments.Table} m LEFT JOIN ({average}) USING (row)");
        session.Drop("valued_before");
    }
}
