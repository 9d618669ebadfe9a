namespace LiMaml.Preparation.Schemas;

/// <summary>File formats of raw data.</summary>
public enum SourceFormat
{
    /// <summary>Text with a delimiter, UTF-8, possibly gzipped; cells may be quoted by <c>"</c>.</summary>
    Csv,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>
/// A raw table: one file, or a folder of them as Spark and Hive write it (<c>dt=2024-01-31/part-00000.parquet</c>; names that begin
/// with <c>_</c> or <c>.</c> are ignored, <c>name=value</c> folders become columns).
/// </summary>
public sealed record SourceFile
{
    /// <summary>File or folder, relative to the base folder.</summary>
    public required string Path { get; init; }

    /// <summary>Null takes it from the name: <c>.parquet</c> is Parquet, anything else CSV.</summary>
    public SourceFormat? Format { get; init; }

    /// <summary>CSV only: between cells, 1 to 4 characters.</summary>
    public string Delimiter { get; init; } = ",";

    /// <summary>CSV only: whether the first line of each file names the columns.</summary>
    public bool Header { get; init; } = true;

    /// <summary>CSV only: names of the columns; required where there is no header, refused where there is one.</summary>
    public IReadOnlyList<string>? Columns { get; init; }
}
