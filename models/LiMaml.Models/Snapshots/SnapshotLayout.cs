using LiMaml.Models.Columnar;
using Parquet.Schema;

namespace LiMaml.Models.Snapshots;

/// <summary>The columns of a snapshot file.</summary>
internal static class SnapshotLayout
{
    /// <summary>Most rows of a row group.</summary>
    public const int RowGroupRows = 65536;

    public const string Key = "key";
    public const string MetaEmbedding = "meta_embedding";
    public const string NewestEventTime = "newest_event_time";
    public const string SupportCount = "support_count";
    public const string LossBefore = "loss_before";
    public const string LossAfter = "loss_after";

    public static ParquetSchema Schema { get; } = new(
        Columns.Make(Key, ColumnKind.String),
        Columns.Make(MetaEmbedding, ColumnKind.Float32List),
        Columns.Make(NewestEventTime, ColumnKind.Timestamp),
        Columns.Make(SupportCount, ColumnKind.Int32),
        Columns.Make(LossBefore, ColumnKind.Float32),
        Columns.Make(LossAfter, ColumnKind.Float32));
}
