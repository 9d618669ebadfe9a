using Parquet.Schema;

namespace LiMaml.Models.Columnar;

/// <summary>The types of Parquet columns that LiMaml's files have.</summary>
internal enum ColumnKind
{
    String,
    Timestamp,
    Int32,
    Int64,
    Float32,
    Int32List,
    Float32List,
}

/// <summary>Finds columns in files and makes them for new files.</summary>
internal static class Columns
{
    /// <summary>The leaf of column <paramref name="name"/>, or null where the file has none.</summary>
    /// <exception cref="InvalidInputException">It is of another type.</exception>
    public static DataField? Find(ParquetSchema schema, string name, ColumnKind kind, string where)
    {
        var field = schema.Fields.FirstOrDefault(field => field.Name == name);
        if (field is null)
        {
            return null;
        }

        var leaf = field switch
        {
            ListField { Item: DataField item } when item.MaxRepetitionLevel == 1 => item,
            DataField data when data.MaxRepetitionLevel == 0 => data,
            _ => null,
        };
        var fits = leaf is not null && (kind is ColumnKind.Int32List or ColumnKind.Float32List) == field is ListField && Fits(leaf, kind);
        Expect.That(fits, $"{where}: column '{name}'", Describe(field), Describe(kind));
        return leaf;
    }

    /// <summary>The leaf of column <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">The file has none, or of another type.</exception>
    public static DataField Require(ParquetSchema schema, string name, ColumnKind kind, string where) =>
        Find(schema, name, kind, where) ?? throw new InvalidInputException($"{where}: column '{name}'", "none", Describe(kind));

    /// <summary>A new column without nulls.</summary>
    public static Field Make(string name, ColumnKind kind) => kind switch
    {
        ColumnKind.String => new DataField<string>(name, false),
        ColumnKind.Timestamp => new DateTimeDataField(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros, isNullable: false),
        ColumnKind.Int32 => new DataField<int>(name, false),
        ColumnKind.Int64 => new DataField<long>(name, false),
        ColumnKind.Float32 => new DataField<float>(name, false),
        ColumnKind.Int32List => new ListField(name, new DataField<int>(ListField.ElementName, false)),
        _ => new ListField(name, new DataField<float>(ListField.ElementName, false)),
    };

    private static bool Fits(DataField leaf, ColumnKind kind) => kind switch
    {
        ColumnKind.String => leaf.ClrType == typeof(ReadOnlyMemory<char>) || leaf.ClrType == typeof(string),
        ColumnKind.Timestamp => leaf is DateTimeDataField { Unit: DateTimeTimeUnit.Micros or DateTimeTimeUnit.Millis } || leaf.ClrType == typeof(long),
        ColumnKind.Int32 or ColumnKind.Int32List => leaf.ClrType == typeof(int),
        ColumnKind.Int64 => leaf.ClrType == typeof(long),
        _ => leaf.ClrType == typeof(float),
    };

    private static string Describe(ColumnKind kind) => kind switch
    {
        ColumnKind.String => "string",
        ColumnKind.Timestamp => "timestamp in microseconds, or int64 microseconds since 1970",
        ColumnKind.Int32 => "int32",
        ColumnKind.Int64 => "int64",
        ColumnKind.Float32 => "float32",
        ColumnKind.Int32List => "list of int32",
        _ => "list of float32",
    };

    private static string Describe(Field field) => field switch
    {
        ListField list => "list of " + Describe(list.Item),
        DataField data when data.ClrType == typeof(ReadOnlyMemory<char>) || data.ClrType == typeof(string) => "string",
        DataField data when data.ClrType == typeof(float) => "float32",
        DataField data when data.ClrType == typeof(double) => "float64",
        DateTimeDataField time => $"timestamp ({time.DateTimeFormat}, {time.Unit})",
        DataField data => (data.IsArray ? "repeated " : "") + data.ClrType.Name.ToLowerInvariant(),
        _ => field.SchemaType.ToString(),
    };
}
