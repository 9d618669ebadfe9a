using Parquet;
using Parquet.Schema;

namespace LiMaml.Models.Columnar;

/// <summary>Writes whole columns of one row group, in the order of the schema.</summary>
internal static class ColumnWriter
{
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    /// <summary>First and last microsecond that a timestamp may be: the years 1 to 9999.</summary>
    public const long MinMicroseconds = -UnixEpochTicks / 10;

    /// <summary>See <see cref="MinMicroseconds"/>.</summary>
    public const long MaxMicroseconds = 253_402_300_799_999_999;

    public static Task WriteAsync<T>(ParquetRowGroupWriter group, Field field, T[] values, CancellationToken cancellation)
        where T : struct => group.WriteAsync<T>((DataField)field, values, null, null, cancellation);

    public static Task WriteStringsAsync(ParquetRowGroupWriter group, Field field, string[] values) => group.WriteAsync((DataField)field, values);

    public static Task WriteTimestampsAsync(ParquetRowGroupWriter group, Field field, long[] microseconds, CancellationToken cancellation)
    {
        var times = new DateTime[microseconds.Length];
        for (var row = 0; row < times.Length; row++)
        {
            times[row] = new DateTime(UnixEpochTicks + microseconds[row] * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);
        }

        return WriteAsync(group, field, times, cancellation);
    }

    /// <summary>Row i holds the values from offsets[i] to offsets[i + 1]; offsets start at 0.</summary>
    public static Task WriteListsAsync<T>(ParquetRowGroupWriter group, Field field, int[] offsets, T[] values, CancellationToken cancellation)
        where T : struct
    {
        var leaf = (DataField)((ListField)field).Item;
        var definitions = new List<int>(values.Length + offsets.Length);
        var repetitions = new List<int>(values.Length + offsets.Length);
        for (var row = 0; row + 1 < offsets.Length; row++)
        {
            definitions.Add(offsets[row] == offsets[row + 1] ? leaf.MaxDefinitionLevel - 1 : leaf.MaxDefinitionLevel);
            repetitions.Add(0);
            for (var index = offsets[row] + 1; index < offsets[row + 1]; index++)
            {
                definitions.Add(leaf.MaxDefinitionLevel);
                repetitions.Add(1);
            }
        }

        return group.WriteAllPartsAsync<T>(leaf, values, definitions.ToArray(), repetitions.ToArray(), cancellation);
    }

    /// <summary>Every row holds <paramref name="length"/> values.</summary>
    public static Task WriteVectorsAsync(ParquetRowGroupWriter group, Field field, float[] values, int length, CancellationToken cancellation)
    {
        var leaf = (DataField)((ListField)field).Item;
        var definitions = new int[values.Length];
        var repetitions = new int[values.Length];
        for (var index = 0; index < values.Length; index++)
        {
            definitions[index] = leaf.MaxDefinitionLevel;
            repetitions[index] = index % length == 0 ? 0 : 1;
        }

        return group.WriteAllPartsAsync<float>(leaf, values, definitions, repetitions, cancellation);
    }
}
