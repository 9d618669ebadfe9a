namespace LiMaml.Models.Datasets;

/// <summary>Cutting row groups and putting them together.</summary>
public static class RowGroups
{
    /// <summary>Rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/>, copied.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such rows.</exception>
    public static RowGroup Slice(this RowGroup rows, int start, int count)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + count, rows.RowCount, nameof(count));
        return new RowGroup
        {
            Keys = Cut(rows.Keys, start, count),
            Timestamps = Cut(rows.Timestamps, start, count),
            Labels = Cut(rows.Labels, start, count),
            Weights = Cut(rows.Weights, start, count),
            Rows = Cut(rows.Rows, start, count),
            EventIds = rows.EventIds is null ? null : Cut(rows.EventIds, start, count),
            Columns = rows.Columns.ToDictionary(column => column.Key, column => Slice(column.Value, start, count)),
        };
    }

    /// <summary>All rows of <paramref name="groups"/>, one after the other.</summary>
    /// <exception cref="ArgumentException">There are no groups, or they have different columns.</exception>
    public static RowGroup Concatenate(IReadOnlyList<RowGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (groups.Count == 0 || groups.Any(group => group.Columns.Count != groups[0].Columns.Count || group.EventIds is null != groups[0].EventIds is null))
        {
            throw new ArgumentException("row groups to put together: at least one, and all of the same columns", nameof(groups));
        }

        return groups.Count == 1 ? groups[0] : new RowGroup
        {
            Keys = Join(groups, group => group.Keys),
            Timestamps = Join(groups, group => group.Timestamps),
            Labels = Join(groups, group => group.Labels),
            Weights = Join(groups, group => group.Weights),
            Rows = Join(groups, group => group.Rows),
            EventIds = groups[0].EventIds is null ? null : Join(groups, group => group.EventIds!),
            Columns = groups[0].Columns.Keys.ToDictionary(name => name, name => Concatenate([.. groups.Select(group => group.Columns[name])])),
        };
    }

    private static FeatureColumn Slice(FeatureColumn column, int start, int count) => column switch
    {
        DenseColumn dense => new DenseColumn(Cut(dense.Values, start, count)),
        CategoricalColumn categorical => new CategoricalColumn(Cut(categorical.Indices, start, count)),
        VectorColumn vector => new VectorColumn(Cut(vector.Values, start * vector.Length, count * vector.Length), vector.Length),
        MultiValuedColumn lists => new MultiValuedColumn(
            Array.ConvertAll(Cut(lists.Offsets, start, count + 1), offset => offset - lists.Offsets[start]),
            Cut(lists.Indices, lists.Offsets[start], lists.Offsets[start + count] - lists.Offsets[start])),
        _ => throw new ArgumentException($"a column of type {column.GetType().Name}", nameof(column)),
    };

    private static FeatureColumn Concatenate(FeatureColumn[] columns) => columns[0] switch
    {
        DenseColumn => new DenseColumn(Join(columns, column => ((DenseColumn)column).Values)),
        CategoricalColumn => new CategoricalColumn(Join(columns, column => ((CategoricalColumn)column).Indices)),
        VectorColumn vector => new VectorColumn(Join(columns, column => ((VectorColumn)column).Values), vector.Length),
        _ => ConcatenateLists([.. columns.Cast<MultiValuedColumn>()]),
    };

    private static MultiValuedColumn ConcatenateLists(MultiValuedColumn[] columns)
    {
        var offsets = new List<int>(columns.Sum(column => column.Offsets.Length)) { 0 };
        foreach (var column in columns)
        {
            var start = offsets[^1];
            offsets.AddRange(column.Offsets.Skip(1).Select(offset => start + offset));
        }

        return new MultiValuedColumn([.. offsets], Join(columns, column => column.Indices));
    }

    private static T[] Cut<T>(T[] values, int start, int count) => values.AsSpan(start, count).ToArray();

    private static TValue[] Join<TPart, TValue>(IReadOnlyList<TPart> parts, Func<TPart, TValue[]> values)
    {
        var joined = new TValue[parts.Sum(part => values(part).Length)];
        var next = 0;
        foreach (var part in parts)
        {
            values(part).CopyTo(joined, next);
            next += values(part).Length;
        }

        return joined;
    }
}
