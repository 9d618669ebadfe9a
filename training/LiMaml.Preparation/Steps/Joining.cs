using System.Globalization;
using LiMaml.Models;
using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Reading;

namespace LiMaml.Preparation.Steps;

/// <summary>From <c>interactions</c> to <c>rows</c>: joined, without duplicates, in order of (timestamp, source); <c>rowid</c> is the row number.</summary>
internal static class Joining
{
    /// <returns>How many duplicates were dropped.</returns>
    public static long Run(Session session, RowPlan plan)
    {
        var duplicateCount = plan.Schema.EventId is null ? 0 : FindDuplicates(session);
        var current = "interactions";
        var source = "i.rowid";
        foreach (var table in plan.Tables)
        {
            RefuseDoubleKeys(session, table);
            var next = $"with_{table.Name}";
            session.Execute($"CREATE TABLE {next} AS SELECT i.* {(source == "i.rowid" ? ", i.rowid AS source" : "")}{Columns(table)} FROM {current} i {Clause(table)}");
            session.Drop(current);
            session.Drop(table.Name);
            (current, source) = (next, "i.source");
        }

        var columns = string.Join(", ", plan.RowColumns().Select(column => $"i.{column.Target}"));
        var filter = duplicateCount > 0 ? $"WHERE {source} NOT IN (SELECT row FROM duplicates)" : "";
        session.ExecuteInOrder($"CREATE TABLE rows AS SELECT {columns} FROM {current} i {filter} ORDER BY i.ts, {source}");
        session.Drop(current);
        RefuseUnmatched(session, plan);
        return duplicateCount;
    }

    private static long FindDuplicates(Session session)
    {
        session.Execute(
            """
            CREATE TABLE duplicates AS
            SELECT row FROM (SELECT rowid AS row, row_number() OVER (PARTITION BY event ORDER BY rowid) AS occurrence FROM interactions)
            WHERE occurrence > 1
            """);
        return session.Count("SELECT count(*) FROM duplicates");
    }

    private static string Columns(JoinedTable table) => string.Concat(table.JoinedCells.Select(cell => cell.Absent is null ? $", t.{cell.Target}" : $", coalesce(t.{cell.Target}, {cell.Absent}) AS {cell.Target}"));

    private static string Clause(JoinedTable table)
    {
        var keys = string.Join(" AND ", table.KeyCells.Select((cell, index) => $"t.{cell.Target} = i.{table.InteractionKeys[index]}"));
        return table.TimeCell is null
            ? $"LEFT JOIN {table.Name} t ON {keys}"
            : $"ASOF LEFT JOIN {table.Name} t ON {keys} AND t.since <= i.ts";
    }

    private static void RefuseDoubleKeys(Session session, JoinedTable table)
    {
        var keys = string.Join(", ", table.KeyCells.Select(cell => cell.Target));
        var moment = table.TimeCell is null ? "" : ", since";
        var shown = string.Join(" || '|' || ", table.KeyCells.Select(cell => cell.Target));
        session.Read($"SELECT {shown}, count(*) FROM {table.Name} GROUP BY {keys}{moment} HAVING count(*) > 1 ORDER BY {keys} LIMIT 1", row =>
            throw new InvalidInputException(
                $"{table.Raw.Where}, key '{row.GetString(0)}' (table '{table.Source.Name}')",
                string.Create(CultureInfo.InvariantCulture, $"{row.GetInt64(1)} rows"),
                moment.Length == 0 ? "one row for each key, or a timestamp in the schema" : "one row for each key and moment"));
    }

    // What an interaction gets from a table that has no row for it is what an empty cell would be.
    private static void RefuseUnmatched(Session session, RowPlan plan)
    {
        foreach (var (table, cell) in plan.Tables.SelectMany(table => table.JoinedCells.Select(cell => (table, cell))).Where(joined => joined.cell.Faults.Count > 0 && joined.cell.Absent is null))
        {
            RefuseNull(session, table, cell);
        }
    }

    private static void RefuseNull(Session session, JoinedTable table, Cell cell)
    {
        var shown = string.Join(" || '|' || ", table.InteractionKeys.Select(key => $"coalesce({key}, '')"));
        session.Read($"SELECT {shown}, ts FROM rows WHERE {cell.Target} IS NULL ORDER BY rowid LIMIT 1", row =>
            throw new InvalidInputException(
                $"{table.Raw.Where} (table '{table.Source.Name}', {cell.UsedBy})",
                $"no row for '{row.GetString(0)}'" + (table.TimeCell is null ? "" : $" at or before {PrepareText.Moment(row.GetInt64(1))}"),
                "one for each interaction, or a value for `missing` in the schema"));
    }

}
