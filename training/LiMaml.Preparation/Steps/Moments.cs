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
    public void Add(string columns, string windows = "")
    {
        var next = $"moments{++version}";
        session.Execute($"CREATE TABLE {next} AS SELECT *, {columns} FROM {Table} {windows}");
        session.Drop(Table);
        Table = next;
    }
}
