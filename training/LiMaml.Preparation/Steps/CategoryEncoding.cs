using System.Globalization;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Engine;

namespace LiMaml.Preparation.Steps;

/// <summary>
/// From raw values to indices, as <see cref="FeatureEncoding"/> defines them, by joining tables: <c>v…</c> are vocabularies (index = rowid + 1),
/// <c>b…</c> hashed values and their buckets, <c>c…</c> distinct cells of multi-valued features and their lists of indices.
/// </summary>
internal sealed class CategoryEncoding
{
    private readonly Session session;
    private readonly List<string> columns = [];
    private readonly List<string> joins = [];

    /// <summary>Makes the tables that are still missing.</summary>
    public CategoryEncoding(Session session, RowPlan plan, DatasetSchema schema)
    {
        this.session = session;
        for (var index = 0; index < plan.Features.Count; index++)
        {
            Add(plan.Features[index], schema.Features[index]);
        }
    }

    /// <summary>SQL of the encoded columns, in the order of the features that are read from columns.</summary>
    public IEnumerable<string> Columns => columns;

    /// <summary>The joins they need behind <c>FROM rows r</c>.</summary>
    public string Joins => string.Concat(joins);

    /// <summary>The table of a feature's vocabulary.</summary>
    public static string Vocabulary(PlannedFeature feature) => "v_" + feature.Target;

    private void Add(PlannedFeature planned, Feature feature)
    {
        var target = planned.Target;
        switch (feature)
        {
            case CategoricalFeature categorical:
                var (table, index) = IndexTable(planned, $"SELECT DISTINCT {target} AS value FROM rows", categorical.HashBuckets);
                joins.Add($" LEFT JOIN {table} ON {table}.value = r.{target}");
                columns.Add($"CAST(coalesce({index}, 0) AS INTEGER) AS {target}");
                break;
            case MultiValuedFeature multiValued:
                var cells = AddCells(planned, multiValued);
                joins.Add($" LEFT JOIN {cells} ON {cells}.cell = r.{target}");
                columns.Add($"{cells}.indices AS {target}");
                break;
            default:
                columns.Add($"r.{target} AS {target}");
                break;
        }
    }

    private string AddCells(PlannedFeature planned, MultiValuedFeature feature)
    {
        var (table, index) = IndexTable(planned, $"SELECT DISTINCT unnest({planned.Target}) AS value FROM rows", feature.HashBuckets);
        var cells = "c_" + planned.Target;
        session.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            CREATE TABLE {cells} AS
            SELECT cell, list(index ORDER BY place)[1:{feature.MaxValues}] AS indices
            FROM (
                SELECT cell, CAST({index} AS INTEGER) AS index, min(place) AS place
                FROM (SELECT cell, unnest(cell) AS value, generate_subscripts(cell, 1) AS place FROM (SELECT DISTINCT {planned.Target} AS cell FROM rows))
                JOIN {table} USING (value)
                GROUP BY ALL)
            GROUP BY cell
            """));
        return cells;
    }

    private (string Table, string Index) IndexTable(PlannedFeature planned, string distinctValues, int? hashBuckets)
    {
        if (hashBuckets is not { } buckets)
        {
            return (Vocabulary(planned), $"{Vocabulary(planned)}.rowid + 1");
        }

        var table = "b_" + planned.Target;
        session.Execute($"CREATE TABLE {table} (value VARCHAR, bucket INTEGER)");
        session.Execute($"CREATE TABLE distinct_values AS {distinctValues}");
        using (var appender = session.Appender(table))
        {
            foreach (var row in session.Stream("SELECT value FROM distinct_values WHERE value <> ''"))
            {
                var value = row.GetString(0);
                appender.CreateRow().AppendValue(value).AppendValue(1 + (int)(FeatureEncoding.Hash(value) % (ulong)buckets)).EndRow();
            }
        }

        session.Drop("distinct_values");
        return (table, $"{table}.bucket");
    }
}
