using System.Globalization;
using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace LiMaml.Models.Columnar;

/// <summary>Opens Parquet files so that whatever is wrong with one is reported with its name.</summary>
internal static class ParquetFile
{
    /// <summary>Most rows of one row group that are accepted; the reader holds a whole group.</summary>
    public const int MaxRowGroupRows = 1 << 24;

    /// <exception cref="InvalidInputException">There is no such file, or it is not Parquet.</exception>
    public static async Task<ParquetReader> OpenAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            throw new InvalidInputException(path, "no file", "a Parquet file");
        }

        return await GuardAsync(path, () => ParquetReader.CreateAsync(path, cancellationToken: cancellation)).ConfigureAwait(false);
    }

    /// <summary>Runs a read; the library reports damaged files by exceptions of many types.</summary>
    /// <exception cref="InvalidInputException">The read failed.</exception>
    public static async Task<T> GuardAsync<T>(string where, Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or InvalidInputException or OutOfMemoryException))
        {
            throw new InvalidInputException($"{where}: not readable as Parquet: {fault.Message}", fault);
        }
    }

    /// <summary>Number of rows of one row group.</summary>
    /// <exception cref="InvalidInputException">It is out of bounds.</exception>
    public static int RowCount(ParquetRowGroupReader group, string where)
    {
        Expect.InRange(group.RowCount, 0, MaxRowGroupRows, $"{where}: rows");
        return (int)group.RowCount;
    }

    /// <summary>How messages name a row group.</summary>
    public static string Place(string path, int group) => string.Create(CultureInfo.InvariantCulture, $"{path}: row group {group}");

    /// <summary>How LiMaml writes: zstd at its fastest; columns that repeat get a dictionary.</summary>
    public static async Task<ParquetWriter> CreateAsync(Stream stream, ParquetSchema schema, IEnumerable<string> repeating, CancellationToken cancellation)
    {
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Fastest };
        foreach (var column in repeating)
        {
            options.ColumnEncodingHints[column] = EncodingHint.Dictionary;
        }

        return await ParquetWriter.CreateAsync(schema, stream, options, cancellationToken: cancellation).ConfigureAwait(false);
    }
}
