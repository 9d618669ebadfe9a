using System.Globalization;
using DuckDB.NET.Data;
using LiMaml.Models;
using LiMaml.Preparation.Engine;

namespace LiMaml.Preparation.Reading;

/// <summary>Loads cells of a raw table into a table of the engine whose <c>rowid</c> is the order in the source.</summary>
internal static class CellReader
{
    private const int ShownCharacters = 60;

    /// <returns>How many rows were read; at least 1.</returns>
    /// <exception cref="InvalidInputException">There are no rows, or a cell is not what the schema says: the first such row is named.</exception>
    public static long Load(Session session, RawTable source, string table, IReadOnlyList<Cell> cells)
    {
        var raw = string.Join(", ", cells.Select(cell => $"{Sql.Name(cell.Source.Name)} AS {cell.Raw}"));
        var values = string.Join(", ", cells.Select(cell => $"{cell.Value} AS {cell.Target}"));
        var targets = string.Join(", ", cells.Select(cell => cell.Target));
        try
        {
            session.ExecuteInOrder(
                $"""
                CREATE TABLE {table} AS
                SELECT {targets}, {FaultCode(cells)} AS fault
                FROM (SELECT *, {values} FROM (SELECT {raw} FROM {source.Relation}))
                """);
        }
        catch (DuckDBException fault)
        {
            throw RawTable.Unreadable(source.Where, fault);
        }

        var count = session.Count($"SELECT count(*) FROM {table}");
        if (count == 0)
        {
            throw new InvalidInputException(source.Where, "no rows", "at least one row");
        }

        RefuseFaults(session, source, table, cells);
        return count;
    }

    private static string FaultCode(IReadOnlyList<Cell> cells)
    {
        var cases = cells.SelectMany(cell => cell.Faults).Select((fault, code) => string.Create(CultureInfo.InvariantCulture, $"WHEN {fault.Condition} THEN {code}")).ToList();
        return cases.Count == 0 ? "CAST(NULL AS INTEGER)" : $"CAST(CASE {string.Join(" ", cases)} END AS INTEGER)";
    }

    private static void RefuseFaults(Session session, RawTable source, string table, IReadOnlyList<Cell> cells)
    {
        var (count, first) = (0L, 0L);
        session.Read($"SELECT count(*), coalesce(min(rowid), 0) FROM {table} WHERE fault IS NOT NULL", row => (count, first) = (row.GetInt64(0), row.GetInt64(1)));
        if (count == 0)
        {
            return;
        }

        var code = (int)session.Count(string.Create(CultureInfo.InvariantCulture, $"SELECT fault FROM {table} WHERE rowid = {first}"));
        var (cell, expected) = cells.SelectMany(cell => cell.Faults.Select(fault => (cell, fault.Expected))).ElementAt(code);
        var (value, file) = Find(session, source, cell, first);
        var more = count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({count} rows are refused; this is the first)");
        var place = source.Files.Count == 1 ? $"{source.Where}, row" : $"{source.Where} ({file}), row";
        throw new InvalidInputException(
            string.Create(CultureInfo.InvariantCulture, $"{place} {first + 1}, column '{cell.Source.Name}' ({cell.UsedBy})"),
            value is null ? "an empty cell" : $"'{value}'",
            expected + (value is null ? null : cell.Hint?.Invoke(value)) + more);
    }

    private static (string? Value, string File) Find(Session session, RawTable source, Cell cell, long row)
    {
        (string? Value, string File) found = (null, "");
        var query = string.Create(CultureInfo.InvariantCulture, $"SELECT CAST({Sql.Name(cell.Source.Name)} AS VARCHAR), {RawTable.FileNameColumn} FROM {source.RelationWithFileNames} LIMIT 1 OFFSET {row}");
        foreach (var reader in session.StreamInOrder(query))
        {
            found = (reader.IsDBNull(0) ? null : reader.GetString(0), reader.GetString(1));
        }

        return found.Value is { Length: > ShownCharacters } value ? (value[..ShownCharacters] + "…", found.File) : found;
    }
}
