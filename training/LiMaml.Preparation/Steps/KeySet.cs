using System.Globalization;
using LiMaml.Preparation.Engine;

namespace LiMaml.Preparation.Steps;

/// <summary>
/// A list of key columns and its dictionary: the engine's table <see cref="Table"/> holds the distinct keys in order, so that
/// their <c>rowid</c> stands for them and sorts as they do.
/// </summary>
internal sealed record KeySet(int Index, IReadOnlyList<string> Columns)
{
    public string Table => string.Create(CultureInfo.InvariantCulture, $"keys{Index}");

    /// <summary>The column of the row's key number.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"k{Index}");

    /// <summary>SQL of the key's written form (see <see cref="Models.Datasets.TaskKey"/>).</summary>
    private string Key => string.Join(" || '|' || ", Columns.Select(column => $@"replace(replace(coalesce(r.{column}, ''), '\', '\\'), '|', '\|')"));

    /// <summary>The distinct lists among <paramref name="lists"/>.</summary>
    public static IReadOnlyList<KeySet> Distinct(IEnumerable<IReadOnlyList<string>> lists)
    {
        var sets = new List<KeySet>();
        foreach (var columns in lists)
        {
            if (!sets.Exists(set => set.Columns.SequenceEqual(columns)))
            {
                sets.Add(new KeySet(sets.Count, columns));
            }
        }

        return sets;
    }

    /// <summary>Fills the dictionaries, and <c>moments(row, ts, label, k0…)</c> from <c>rows</c>.</summary>
    public static void Number(Session session, IReadOnlyList<KeySet> sets)
    {
        foreach (var set in sets)
        {
            session.ExecuteInOrder($"CREATE TABLE {set.Table} AS SELECT key FROM (SELECT DISTINCT {set.Key} AS key FROM rows r) ORDER BY key");
        }

        var ids = string.Concat(sets.Select(set => $", CAST({set.Table}.rowid AS INTEGER) AS {set.Id}"));
        var joins = string.Concat(sets.Select(set => $" JOIN {set.Table} ON {set.Table}.key = {set.Key}"));
        session.Execute($"CREATE TABLE moments AS SELECT r.rowid AS row, r.ts, r.label{ids} FROM rows r{joins}");
    }
}
