using System.Runtime.CompilerServices;
using LiMaml.Models.Columnar;
using Parquet;
using Parquet.Schema;

namespace LiMaml.Models.Snapshots;

/// <summary>Reads a snapshot; metadata and columns are checked when it is opened, values when they are read. Not safe for many threads.</summary>
public sealed class SnapshotReader : IDisposable
{
    private readonly string path;
    private readonly ParquetReader reader;
    private readonly Dictionary<string, DataField> fields;

    private SnapshotReader(string path, ParquetReader reader)
    {
        this.path = path;
        this.reader = reader;
        Info = SnapshotInfo.FromMetadata(reader.CustomMetadata, path);
        fields = new Dictionary<string, DataField>
        {
            [SnapshotLayout.Key] = Columns.Require(reader.Schema, SnapshotLayout.Key, ColumnKind.String, path),
            [SnapshotLayout.MetaEmbedding] = Columns.Require(reader.Schema, SnapshotLayout.MetaEmbedding, ColumnKind.Float32List, path),
            [SnapshotLayout.NewestEventTime] = Columns.Require(reader.Schema, SnapshotLayout.NewestEventTime, ColumnKind.Timestamp, path),
            [SnapshotLayout.SupportCount] = Columns.Require(reader.Schema, SnapshotLayout.SupportCount, ColumnKind.Int32, path),
            [SnapshotLayout.LossBefore] = Columns.Require(reader.Schema, SnapshotLayout.LossBefore, ColumnKind.Float32, path),
            [SnapshotLayout.LossAfter] = Columns.Require(reader.Schema, SnapshotLayout.LossAfter, ColumnKind.Float32, path),
        };
    }

    /// <summary>What the snapshot says about itself.</summary>
    public SnapshotInfo Info { get; }

    /// <summary>Number of tasks, from the footer.</summary>
    public long RowCount => reader.RowGroups.Sum(group => group.RowCount);

    /// <summary>Opens a snapshot.</summary>
    /// <exception cref="InvalidInputException">Missing, not Parquet, or its metadata or a column is missing or wrong.</exception>
    public static async Task<SnapshotReader> OpenAsync(string path, CancellationToken cancellationToken = default)
    {
        var reader = await ParquetFile.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            return new SnapshotReader(path, reader);
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads all rows in order, at most 65,536 at a time, each checked before it is handed out.</summary>
    /// <exception cref="InvalidInputException">A file, row group, row and column that is not what it must be.</exception>
    public async IAsyncEnumerable<SnapshotRows> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? previousKey = null;
        for (var index = 0; index < reader.RowGroupCount; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var where = ParquetFile.Place(path, index);
            using var group = reader.OpenRowGroupReader(index);
            Expect.InRange(group.RowCount, 0, SnapshotLayout.RowGroupRows, $"{where}: rows");
            var rows = await ReadAsync(new ColumnReader(group, (int)group.RowCount, where), cancellationToken).ConfigureAwait(false);
            rows.Validate(Info.EmbeddingSize, previousKey, where);
            if (rows.RowCount > 0)
            {
                previousKey = rows.Keys[^1];
                yield return rows;
            }
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => reader.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task<SnapshotRows> ReadAsync(ColumnReader source, CancellationToken cancellation) => new(
        await source.ReadStringsAsync(fields[SnapshotLayout.Key], cancellation).ConfigureAwait(false),
        await source.ReadVectorsAsync(fields[SnapshotLayout.MetaEmbedding], Info.EmbeddingSize, cancellation).ConfigureAwait(false),
        await source.ReadTimestampsAsync(fields[SnapshotLayout.NewestEventTime], cancellation).ConfigureAwait(false),
        await source.ReadAsync<int>(fields[SnapshotLayout.SupportCount], cancellation).ConfigureAwait(false),
        await source.ReadAsync<float>(fields[SnapshotLayout.LossBefore], cancellation).ConfigureAwait(false),
        await source.ReadAsync<float>(fields[SnapshotLayout.LossAfter], cancellation).ConfigureAwait(false));
}
