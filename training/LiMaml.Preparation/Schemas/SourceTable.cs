namespace LiMaml.Preparation.Schemas;

/// <summary>
/// A table whose columns join the interactions by equal keys. Without a timestamp it has one row for each key; with one, an
/// interaction gets the latest row at or before its own time.
/// </summary>
public sealed record SourceTable
{
    /// <summary>How other parts of the schema name it: <c>name.column</c>; ASCII letters, digits, underscores.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is.</summary>
    public required SourceFile File { get; init; }

    /// <summary>Columns of the interactions to join by; at least one.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The table's own names for <see cref="Keys"/>, in the same order; null where they are the same.</summary>
    public IReadOnlyList<string>? TableKeys { get; init; }

    /// <summary>When a row began to hold; null where the table does not change.</summary>
    public SourceTimestamp? Timestamp { get; init; }
}
