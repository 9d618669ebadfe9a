namespace LiMaml.Preparation.Reading;

/// <summary>A column of a raw table: its name and the engine's name of its type.</summary>
internal sealed record RawColumn(string Name, string Type)
{
    private static readonly HashSet<string> NumberTypes =
        ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "BOOLEAN"];

    public bool IsText => Type == "VARCHAR";

    public bool IsNumber => NumberTypes.Contains(Type) || Type.StartsWith("DECIMAL", StringComparison.Ordinal);

    public bool IsTime => Type == "DATE" || Type.StartsWith("TIMESTAMP", StringComparison.Ordinal);

    public bool IsList => Type.EndsWith(']');
}
