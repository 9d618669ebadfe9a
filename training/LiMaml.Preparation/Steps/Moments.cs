using System.Globalization;
using LiMaml.Preparation.Engine;

namespace LiMaml.Preparation.Steps;

/// <summary>
/// The narrow table that windows are computed on, one statement each: a wide one, or several windows in one statement, would not
/// stay within the engine's memory.
/// </summary>
internal sealed class Moments(Session session)
{
    private int version;

    /// <summary>Its present name.</summary>
    public string Table { get; private set; } = "moments";

    /// <summary>Replaces it by itself and more columns.</summary>
    /// <param name="aggregates">SQL of window functions by name, which <paramref name="columns"/> may use and nothing else will.</param>
    /// <param name="window">What the window <c>earlier</c> is in them.</param>
    /// <param name="columns">SQL of the columns to add.</param>
    public void Add(IReadOnlyDictionary<string, string> aggregates, string window, IEnumerable<string> columns)
    {
        var next = string.Create(CultureInfo.InvariantCulture, $"moments{++version}");
        var windowed = string.Join(", ", aggregates.Select(aggregate => $"{aggregate.Value} AS {aggregate.Key}"));
        session.Execute(
            $"""
            CREATE TABLE {next} AS
            SELECT * EXCLUDE ({string.Join(", ", aggregates.Keys)}), {string.Join(", ", columns)}
            FROM (SELECT *, {windowed} FROM {Table} WINDOW earlier AS ({window}))
            """);
        Replace(next);
    }

    /// <summary>Replaces it by itself and one more column.</summary>
    public void Add(string column)
    {
        var next = string.Create(CultureInfo.InvariantCulture, $"moments{++version}");
        session.Execute($"CREATE TABLE {next} AS SELECT *, {column} FROM {Table}");
        Replace(next);
    }

    private void Replace(string next)
    {
        session.Drop(Table);
        Table = next;
    }
}
