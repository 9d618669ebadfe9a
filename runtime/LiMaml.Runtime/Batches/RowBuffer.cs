using LiMaml.Models.Datasets;

namespace LiMaml.Runtime.Batches;

/// <summary>
/// Rows collected from one or more <see cref="RowGroup"/>s, column by column. Rows are appended and removed at the end
/// only, so what is buffered is bounded by whoever appends. Not thread-safe.
/// </summary>
internal sealed class RowBuffer
{
    private readonly List<string> keys = [];
    private readonly List<long> timestamps = [];
    private readonly List<float> labels = [];
    private readonly List<float> weights = [];
    private readonly List<long> rows = [];
    private readonly SortedDictionary<string, ColumnBuffer> columns = new(StringComparer.Ordinal);

    /// <summary>Rows held.</summary>
    public int RowCount => keys.Count;

    /// <summary>Appends <paramref name="count"/> rows of <paramref name="group"/> from <paramref name="first"/> on.</summary>
    public void Append(RowGroup group, int first, int count)
    {
        if (RowCount == 0)
        {
            foreach (var (name, column) in group.Columns)
            {
                columns.TryAdd(name, ColumnBuffer.For(column));
            }
        }

        keys.AddRange(group.Keys.AsSpan(first, count));
        timestamps.AddRange(group.Timestamps.AsSpan(first, count));
        labels.AddRange(group.Labels.AsSpan(first, count));
        weights.AddRange(group.Weights.AsSpan(first, count));
        rows.AddRange(group.Rows.AsSpan(first, count));
        foreach (var (name, column) in columns)
        {
            column.Append(group.Columns[name], first, count);
        }
    }

    /// <summary>Removes the <paramref name="count"/> rows from <paramref name="first"/> on; later rows move up.</summary>
    public void Remove(int first, int count)
    {
        keys.RemoveRange(first, count);
        timestamps.RemoveRange(first, count);
        labels.RemoveRange(first, count);
        weights.RemoveRange(first, count);
        rows.RemoveRange(first, count);
        foreach (var column in columns.Values)
        {
            column.Remove(first, count);
        }
    }

    /// <summary>The rows held, as arrays of their own; the buffer is empty afterwards.</summary>
    public RowGroup Take()
    {
        var taken = new RowGroup
        {
            Keys = [.. keys],
            Timestamps = [.. timestamps],
            Labels = [.. labels],
            Weights = [.. weights],
            Rows = [.. rows],
            Columns = columns.ToDictionary(pair => pair.Key, pair => pair.Value.ToColumn()),
        };
        Remove(0, RowCount);
        return taken;
    }
}
