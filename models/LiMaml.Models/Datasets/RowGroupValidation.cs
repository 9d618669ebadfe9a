using System.Globalization;
using LiMaml.Models.Columnar;
using LiMaml.Models.Schemas;

namespace LiMaml.Models.Datasets;

/// <summary>Checks rows against a schema, in plain loops over arrays: every row read or written passes through here.</summary>
internal sealed class RowGroupValidation(DatasetSchema schema)
{
    /// <summary>Checks the values of <paramref name="rows"/> and their order.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="where">File and row group, for messages.</param>
    /// <exception cref="InvalidInputException">The first fault, with its row and column.</exception>
    public void Validate(RowGroup rows, string where)
    {
        ValidateLengths(rows, where);
        ValidateLabels(rows.Labels, where);
        Refuse(rows.Weights.AsSpan(), weight => !(weight >= 0 && float.IsFinite(weight)), where, "weight", "a finite number, 0 or more");
        Refuse(rows.Rows.AsSpan(), row => row < 0, where, "row", "0 or more");
        Refuse(rows.Timestamps.AsSpan(), time => time is < ColumnWriter.MinMicroseconds or > ColumnWriter.MaxMicroseconds, where, "timestamp", "microseconds since 1970, of the years 1 to 9999");
        ValidateOrder(rows, where);
        foreach (var (name, column) in rows.Columns)
        {
            ValidateColumn(schema.Feature(name), column, where);
        }
    }

    /// <summary>Checks that <paramref name="rows"/> goes on after a group that ended with <paramref name="previousKey"/>: ascending, no task in both.</summary>
    /// <exception cref="InvalidInputException">It does not.</exception>
    public static void ValidateFollows(RowGroup rows, string? previousKey, string where)
    {
        if (previousKey is not null && rows.RowCount > 0 && TaskKey.Compare(previousKey, rows.Keys[0]) >= 0)
        {
            throw Fault(where, 0, "key", $"'{rows.Keys[0]}' after '{previousKey}' of the row group before", "ascending keys, no task in two row groups");
        }
    }

    private static void ValidateLengths(RowGroup rows, string where)
    {
        var count = rows.RowCount;
        Length(rows.Timestamps.Length, count, where, "timestamp");
        Length(rows.Labels.Length, count, where, "label");
        Length(rows.Weights.Length, count, where, "weight");
        Length(rows.Rows.Length, count, where, "row");
        Length(rows.EventIds?.Length ?? count, count, where, "event_id");
        foreach (var (name, column) in rows.Columns)
        {
            var (found, expected) = column switch
            {
                DenseColumn dense => (dense.Values.Length, (long)count),
                CategoricalColumn categorical => (categorical.Indices.Length, count),
                VectorColumn vector => (vector.Values.Length, (long)count * vector.Length),
                MultiValuedColumn lists => (lists.Offsets.Length, count + 1L),
                _ => (-1, count),
            };
            Length(found, expected, where, name);
        }
    }

    private static void Length(long found, long expected, string where, string column) =>
        Expect.That(found == expected, $"{where}, column '{column}'", string.Create(CultureInfo.InvariantCulture, $"{found} values"), string.Create(CultureInfo.InvariantCulture, $"{expected}"));

    private void ValidateLabels(float[] labels, string where)
    {
        Refuse(labels.AsSpan(), label => !schema.Label.IsLabel(label), where, "label", $"{schema.Label.Expected()}, as the schema's labels are {schema.Label.ToString().ToLowerInvariant()}");
    }

    private static void ValidateOrder(RowGroup rows, string where)
    {
        for (var row = 1; row < rows.RowCount; row++)
        {
            var (before, key) = (rows.Keys[row - 1], rows.Keys[row]);
            var order = ReferenceEquals(before, key) ? 0 : TaskKey.Compare(before, key);
            if (order > 0)
            {
                throw Fault(where, row, "key", $"'{key}' after '{before}'", "ascending keys");
            }

            if (order == 0 && rows.Timestamps[row] < rows.Timestamps[row - 1])
            {
                throw Fault(where, row, "timestamp", $"{rows.Timestamps[row]} after {rows.Timestamps[row - 1]} in task '{key}'", "ascending times within a task");
            }

            if (order == 0 && rows.Rows[row] <= rows.Rows[row - 1])
            {
                throw Fault(where, row, "row", $"{rows.Rows[row]} after {rows.Rows[row - 1]} in task '{key}'", "ascending row numbers within a task");
            }
        }
    }

    private static void ValidateColumn(Feature feature, FeatureColumn column, string where)
    {
        switch (feature, column)
        {
            case (DenseFeature scalar, DenseColumn dense):
                RefuseNotFinite(dense.Values, 1, where, feature.Name);
                RefuseLogarithmOfNegative(scalar, dense.Values, where);
                break;
            case (CategoricalFeature categorical, CategoricalColumn indices):
                RefuseIndices(indices.Indices, 0, categorical.Size, where, feature.Name);
                break;
            case (MultiValuedFeature multiValued, MultiValuedColumn lists):
                ValidateLists(multiValued, lists, where);
                break;
            case (VectorFeature vector, VectorColumn vectors) when vectors.Length == vector.Length:
                RefuseNotFinite(vectors.Values, vector.Length, where, feature.Name);
                break;
            default:
                throw new InvalidInputException($"{where}, column '{feature.Name}'", $"a {column.GetType().Name}", $"a column for a {feature.GetType().Name}");
        }
    }

    private static void RefuseLogarithmOfNegative(DenseFeature feature, float[] values, string where)
    {
        if (feature.Transform == DenseTransform.Log1p)
        {
            Refuse(values.AsSpan(), value => value < 0, where, feature.Name, "0 or more, as the feature's transform is log1p");
        }
    }

    private static void ValidateLists(MultiValuedFeature feature, MultiValuedColumn lists, string where)
    {
        Expect.That(lists.Offsets[0] == 0 && lists.Offsets[^1] == lists.Indices.Length, $"{where}, column '{feature.Name}'", $"offsets {lists.Offsets[0]} to {lists.Offsets[^1]}", $"0 to {lists.Indices.Length}");
        for (var row = 0; row + 1 < lists.Offsets.Length; row++)
        {
            var count = lists.Offsets[row + 1] - lists.Offsets[row];
            if (count < 0 || count > feature.MaxValues)
            {
                throw Fault(where, row, feature.Name, $"{count} values", $"0 to {feature.MaxValues}");
            }
        }

        var bad = IndexOutside(lists.Indices, 1, feature.Size);
        if (bad >= 0)
        {
            var row = Array.FindIndex(lists.Offsets, offset => offset > bad) - 1;
            throw Fault(where, row, feature.Name, $"{lists.Indices[bad]}", $"indices from 1 to {feature.Size - 1}");
        }
    }

    private static void RefuseIndices(int[] indices, int least, int size, string where, string column)
    {
        var bad = IndexOutside(indices, least, size);
        if (bad >= 0)
        {
            throw Fault(where, bad, column, $"{indices[bad]}", $"an index from {least} to {size - 1}");
        }
    }

    private static int IndexOutside(ReadOnlySpan<int> indices, int least, int size) =>
        size > least ? indices.IndexOfAnyExceptInRange(least, size - 1) : indices.IsEmpty ? -1 : 0;

    private static void RefuseNotFinite(float[] values, int perRow, string where, string column)
    {
        for (var index = 0; index < values.Length; index++)
        {
            if (!float.IsFinite(values[index]))
            {
                throw Fault(where, index / perRow, column, values[index].ToString(CultureInfo.InvariantCulture), "a finite number");
            }
        }
    }

    private static void Refuse<T>(ReadOnlySpan<T> values, Predicate<T> isBad, string where, string column, string expected)
        where T : struct, IFormattable
    {
        for (var row = 0; row < values.Length; row++)
        {
            if (isBad(values[row]))
            {
                throw Fault(where, row, column, values[row].ToString(null, CultureInfo.InvariantCulture), expected);
            }
        }
    }

    private static InvalidInputException Fault(string where, int row, string column, string found, string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{where}, row {row}, column '{column}'"), found, expected);
}
