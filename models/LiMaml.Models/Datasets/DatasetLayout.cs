using LiMaml.Models.Columnar;
using LiMaml.Models.Schemas;
using Parquet.Schema;

namespace LiMaml.Models.Datasets;

/// <summary>Where a dataset's files are and which columns they have.</summary>
internal static class DatasetLayout
{
    public const string SchemaFile = "schema.json";
    public const string StatisticsFile = "statistics.json";
    public const string Key = "key";
    public const string Timestamp = "timestamp";
    public const string Label = "label";
    public const string Weight = "weight";
    public const string Row = "row";
    public const string EventId = "event_id";

    /// <summary>The folder of one partition, relative to the dataset's.</summary>
    public static string Partition(string task, Split split) => Path.Combine($"task={task}", $"split={Name(split)}");

    public static ColumnKind KindOf(Feature feature) => feature switch
    {
        DenseFeature => ColumnKind.Float32,
        CategoricalFeature => ColumnKind.Int32,
        MultiValuedFeature => ColumnKind.Int32List,
        _ => ColumnKind.Float32List,
    };

    /// <summary>The Parquet schema of every part.</summary>
    public static ParquetSchema ColumnsOf(DatasetSchema schema, bool hasEventIds) => new(
    [
        Columns.Make(Key, ColumnKind.String),
        Columns.Make(Timestamp, ColumnKind.Timestamp),
        Columns.Make(Label, ColumnKind.Float32),
        Columns.Make(Weight, ColumnKind.Float32),
        Columns.Make(Row, ColumnKind.Int64),
        .. hasEventIds ? [Columns.Make(EventId, ColumnKind.String)] : Array.Empty<Field>(),
        .. schema.Features.Select(feature => Columns.Make(feature.Name, KindOf(feature))),
    ]);

    private static string Name(Split split) => split switch
    {
        Split.Train => "train",
        Split.Validation => "validation",
        _ => "test",
    };
}
