using DuckDB.NET.Data;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Preparation.Steps;

/// <summary>
/// Collects result rows (<c>split, key, ts, label, weight, row, [event,] features…</c>) into a <see cref="RowGroup"/>.
/// </summary>
internal sealed class RowBatch
{
    /// <summary>Rows at which a batch is handed on.</summary>
    public const int Capacity = 1 << 15;

    private readonly DatasetSchema schema;
    private readonly string[] keys = new string[Capacity];
    private readonly long[] timestamps = new long[Capacity];
    private readonly float[] labels = new float[Capacity];
    private readonly float[] weights = new float[Capacity];
    private readonly long[] rows = new long[Capacity];
    private readonly string[]? eventIds;
    private readonly ColumnBuffer[] columns;
    private readonly int firstFeature;

    public RowBatch(DatasetSchema schema, bool hasEventIds)
    {
        this.schema = schema;
        eventIds = hasEventIds ? new string[Capacity] : null;
        firstFeature = hasEventIds ? 7 : 6;
        columns = [.. schema.Features.Select(ColumnBuffer.For)];
    }

    public int Count { get; private set; }

    public void Add(DuckDBDataReader row)
    {
        // Rows of a task follow each other: one string for all of them.
        var key = row.GetString(1);
        keys[Count] = Count > 0 && keys[Count - 1] == key ? keys[Count - 1] : key;
        timestamps[Count] = row.GetInt64(2);
        labels[Count] = row.GetFloat(3);
        weights[Count] = row.GetFloat(4);
        rows[Count] = row.GetInt64(5);
        if (eventIds is not null)
        {
            eventIds[Count] = row.GetString(6);
        }

        for (var column = 0; column < columns.Length; column++)
        {
            columns[column].Add(row, firstFeature + column);
        }

        Count++;
    }

    /// <summary>The rows so far; the batch is empty afterwards.</summary>
    public RowGroup Take()
    {
        var group = new RowGroup
        {
            Keys = keys[..Count],
            Timestamps = timestamps[..Count],
            Labels = labels[..Count],
            Weights = weights[..Count],
            Rows = rows[..Count],
            EventIds = eventIds?[..Count],
            Columns = schema.Features.Select((feature, index) => (feature.Name, Column: columns[index].Take())).ToDictionary(pair => pair.Name, pair => pair.Column),
        };
        Count = 0;
        return group;
    }
}
