using LiMaml.Models.Columnar;
using LiMaml.Models.Files;
using Parquet;

namespace LiMaml.Models.Snapshots;

/// <summary>
/// Writes a snapshot: into <c>&lt;path&gt;.partial</c>, renamed by <see cref="CompleteAsync"/>, deleted when disposed before
/// that. Holds one row group. Not safe for many threads.
/// </summary>
public sealed class SnapshotWriter : IAsyncDisposable
{
    private readonly string path;
    private readonly SnapshotInfo info;
    private readonly FileStream stream;
    private readonly List<SnapshotRows> pending = [];
    private ParquetWriter? writer;
    private int pendingRows;
    private string? lastKey;
    private bool finished;

    private SnapshotWriter(string path, SnapshotInfo info)
    {
        this.path = path;
        this.info = info;
        stream = new FileStream(path + AtomicFile.PartialSuffix, FileMode.Create, FileAccess.Write, FileShare.None);
    }

    /// <summary>Starts a snapshot at <paramref name="path"/>, in a folder that exists; a file that is there is replaced on completion.</summary>
    /// <exception cref="InvalidInputException">A field of <paramref name="info"/> is out of range.</exception>
    public static SnapshotWriter Create(string path, SnapshotInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        info.Validate(path);
        return new SnapshotWriter(path, info);
    }

    /// <summary>Adds rows whose keys follow those added before; the writer keeps the arrays, do not change them.</summary>
    /// <exception cref="InvalidInputException">A row is out of order or has a value that is not allowed.</exception>
    public async Task AppendAsync(SnapshotRows rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ObjectDisposedException.ThrowIf(finished, this);
        if (rows.RowCount == 0)
        {
            return;
        }

        rows.Validate(info.EmbeddingSize, lastKey, $"{path}: rows to write");
        lastKey = rows.Keys[^1];
        pending.Add(rows);
        pendingRows += rows.RowCount;
        if (pendingRows >= SnapshotLayout.RowGroupRows)
        {
            await WriteAsync(SnapshotLayout.RowGroupRows, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what is left and puts the file in its place.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(finished, this);
        await WriteAsync(1, cancellationToken).ConfigureAwait(false);
        await writer!.DisposeAsync().ConfigureAwait(false);
        writer = null;
        stream.Flush(flushToDisk: true);
        await stream.DisposeAsync().ConfigureAwait(false);
        File.Move(path + AtomicFile.PartialSuffix, path, overwrite: true);
        finished = true;
    }

    /// <summary>Closes the file; deletes it unless <see cref="CompleteAsync"/> was called.</summary>
    public async ValueTask DisposeAsync()
    {
        if (finished)
        {
            return;
        }

        finished = true;
        try
        {
            if (writer is not null)
            {
                await writer.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            File.Delete(path + AtomicFile.PartialSuffix);
        }
    }

    // Writes row groups of full size while at least 'least' rows wait.
    private async Task WriteAsync(int least, CancellationToken cancellation)
    {
        if (writer is null)
        {
            writer = await ParquetFile.CreateAsync(stream, SnapshotLayout.Schema, [], cancellation).ConfigureAwait(false);
            writer.CustomMetadata = info.ToMetadata();
        }

        if (pendingRows < least)
        {
            return;
        }

        var rows = SnapshotRows.Concatenate(pending);
        var start = 0;
        while (rows.RowCount - start >= least)
        {
            var count = Math.Min(SnapshotLayout.RowGroupRows, rows.RowCount - start);
            await WriteGroupAsync(writer, rows.Slice(start, count, info.EmbeddingSize), cancellation).ConfigureAwait(false);
            start += count;
        }

        pending.Clear();
        pendingRows = rows.RowCount - start;
        if (pendingRows > 0)
        {
            pending.Add(rows.Slice(start, pendingRows, info.EmbeddingSize));
        }
    }

    private async Task WriteGroupAsync(ParquetWriter parquet, SnapshotRows rows, CancellationToken cancellation)
    {
        using var group = parquet.CreateRowGroup();
        var fields = SnapshotLayout.Schema.Fields.ToDictionary(field => field.Name);
        await ColumnWriter.WriteStringsAsync(group, fields[SnapshotLayout.Key], rows.Keys).ConfigureAwait(false);
        await ColumnWriter.WriteVectorsAsync(group, fields[SnapshotLayout.MetaEmbedding], rows.Embeddings, info.EmbeddingSize, cancellation).ConfigureAwait(false);
        await ColumnWriter.WriteTimestampsAsync(group, fields[SnapshotLayout.NewestEventTime], rows.NewestEventTimes, cancellation).ConfigureAwait(false);
        await ColumnWriter.WriteAsync(group, fields[SnapshotLayout.SupportCount], rows.SupportCounts, cancellation).ConfigureAwait(false);
        await ColumnWriter.WriteAsync(group, fields[SnapshotLayout.LossBefore], rows.LossBefore, cancellation).ConfigureAwait(false);
        await ColumnWriter.WriteAsync(group, fields[SnapshotLayout.LossAfter], rows.LossAfter, cancellation).ConfigureAwait(false);
    }
}
