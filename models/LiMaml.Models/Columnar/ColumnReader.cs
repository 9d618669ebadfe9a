using System.Buffers;
using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace LiMaml.Models.Columnar;

/// <summary>Reads whole columns of one row group into arrays; nulls are refused.</summary>
/// <param name="group">The row group.</param>
/// <param name="rowCount">Its number of rows.</param>
/// <param name="where">File and row group, for messages.</param>
internal sealed class ColumnReader(ParquetRowGroupReader group, int rowCount, string where)
{
    private const long MaxListValues = 1 << 28; // 1 GiB of one column
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    /// <summary>One value a row.</summary>
    public Task<T[]> ReadAsync<T>(DataField field, CancellationToken cancellation)
        where T : struct => ParquetFile.GuardAsync(Column(field), async () =>
    {
        Expect.That(NumberOfValues(field) == rowCount, Column(field), $"{NumberOfValues(field)} values", string.Create(CultureInfo.InvariantCulture, $"{rowCount}"));
        var values = new T[rowCount];
        if (field.MaxDefinitionLevel == 0)
        {
            await group.ReadRawAsync<T>(field, values, null, null, cancellation).ConfigureAwait(false);
            return values;
        }

        var levels = new int[rowCount];
        await group.ReadRawAsync<T>(field, values, levels, null, cancellation).ConfigureAwait(false);
        RefuseNull(field, levels.AsSpan().IndexOfAnyExcept(field.MaxDefinitionLevel));
        return values;
    });

    /// <summary>One string a row; equal neighbours are one object.</summary>
    public async Task<string[]> ReadStringsAsync(DataField field, CancellationToken cancellation)
    {
        var texts = await ReadAsync<ReadOnlyMemory<char>>(field, cancellation).ConfigureAwait(false);
        var strings = new string[texts.Length];
        for (var row = 0; row < texts.Length; row++)
        {
            var repeats = row > 0 && (texts[row].Equals(texts[row - 1]) || texts[row].Span.SequenceEqual(strings[row - 1]));
            strings[row] = repeats ? strings[row - 1] : texts[row].ToString();
        }

        return strings;
    }

    /// <summary>One time a row, in microseconds since 1970 UTC; times without a zone are taken for UTC.</summary>
    public async Task<long[]> ReadTimestampsAsync(DataField field, CancellationToken cancellation)
    {
        if (field is not DateTimeDataField)
        {
            return await ReadAsync<long>(field, cancellation).ConfigureAwait(false);
        }

        var times = await ReadAsync<DateTime>(field, cancellation).ConfigureAwait(false);
        var microseconds = new long[times.Length];
        for (var row = 0; row < times.Length; row++)
        {
            microseconds[row] = (times[row].Ticks - UnixEpochTicks) / TimeSpan.TicksPerMicrosecond;
        }

        return microseconds;
    }

    /// <summary>A list a row: the values of row i are those from Offsets[i] to Offsets[i + 1].</summary>
    /// <param name="field">The leaf of the list.</param>
    /// <param name="maxPerRow">Longest list accepted.</param>
    /// <param name="cancellation">Ends the read.</param>
    public Task<(int[] Offsets, T[] Values)> ReadListsAsync<T>(DataField field, int maxPerRow, CancellationToken cancellation)
        where T : struct => ParquetFile.GuardAsync(Column(field), async () =>
    {
        var most = Math.Min((long)rowCount * Math.Max(1, maxPerRow), MaxListValues);
        Expect.InRange(NumberOfValues(field), rowCount, most, $"{Column(field)}: values of its lists");
        var count = (int)NumberOfValues(field);
        var values = new T[count];
        var levels = ArrayPool<int>.Shared.Rent(2 * count);
        try
        {
            var (definitions, repetitions) = (levels.AsMemory(0, count), levels.AsMemory(count, count));
            await group.ReadRawAsync<T>(field, values, definitions, repetitions, cancellation).ConfigureAwait(false);
            var offsets = Offsets(field, definitions.Span, repetitions.Span, maxPerRow);
            return (offsets, offsets[rowCount] == count ? values : values[..offsets[rowCount]]);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(levels);
        }
    });

    /// <summary>Lists that all have <paramref name="length"/> values, put together.</summary>
    public async Task<float[]> ReadVectorsAsync(DataField field, int length, CancellationToken cancellation)
    {
        var (offsets, values) = await ReadListsAsync<float>(field, length, cancellation).ConfigureAwait(false);
        for (var row = 0; row < rowCount; row++)
        {
            if (offsets[row + 1] - offsets[row] != length)
            {
                throw Fault(field, row, string.Create(CultureInfo.InvariantCulture, $"{offsets[row + 1] - offsets[row]} values"), string.Create(CultureInfo.InvariantCulture, $"{length}"));
            }
        }

        return values;
    }

    private int[] Offsets(DataField field, ReadOnlySpan<int> definitions, ReadOnlySpan<int> repetitions, int maxPerRow)
    {
        var present = field.MaxDefinitionLevel;
        var empty = field.IsNullable ? present - 2 : present - 1; // an optional element has a level of its own
        var offsets = new int[rowCount + 1];
        var (row, values) = (0, 0); // rows begun, values present
        for (var index = 0; index < definitions.Length; index++)
        {
            if (repetitions[index] == 0)
            {
                Expect.That(row < rowCount, Column(field), "more lists than rows", string.Create(CultureInfo.InvariantCulture, $"{rowCount}"));
                offsets[row++] = values;
            }

            if (definitions[index] == present)
            {
                values++;
            }
            else if (definitions[index] != empty)
            {
                RefuseNull(field, Math.Max(0, row - 1));
            }
        }

        Expect.That(row == rowCount, Column(field), string.Create(CultureInfo.InvariantCulture, $"{row} lists"), string.Create(CultureInfo.InvariantCulture, $"{rowCount}"));
        offsets[rowCount] = values;
        for (var index = 0; index < rowCount; index++)
        {
            if (offsets[index + 1] - offsets[index] > maxPerRow)
            {
                throw Fault(field, index, $"{offsets[index + 1] - offsets[index]} values", $"at most {maxPerRow}");
            }
        }

        return offsets;
    }

    private long NumberOfValues(DataField field) =>
        group.GetMetadata(field)?.MetaData?.NumValues ?? throw new InvalidInputException(Column(field), "no data", "a column chunk");

    private void RefuseNull(DataField field, int row)
    {
        if (row >= 0)
        {
            throw Fault(field, row, "null", "a value");
        }
    }

    private InvalidInputException Fault(DataField field, int row, string found, string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{where}, row {row}, column '{Name(field)}'"), found, expected);

    private string Column(DataField field) => $"{where}, column '{Name(field)}'";

    private static string Name(DataField field) => field.Path.FirstPart!;
}
