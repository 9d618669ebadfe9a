using LiMaml.Models.Columnar;
using LiMaml.Models.Schemas;
using Parquet;
using Parquet.Schema;

namespace LiMaml.Models.Datasets;

/// <summary>
/// Writes one partition as one file, cutting row groups between tasks. Where the cuts fall depends on the rows alone, not
/// on how they were appended.
/// </summary>
internal sealed class PartitionWriter(string folder, DatasetSchema schema, int rowGroupRows) : IAsyncDisposable
{
    private readonly RowGroupValidation validation = new(schema);
    private readonly List<RowGroup> pending = [];
    private int pendingRows;
    private int completeRows; // of the pending rows, those of tasks that have ended
    private string? lastKey;
    private FileStream? file;
    private ParquetWriter? writer;
    private ParquetSchema? columns;

    public async Task AppendAsync(RowGroup rows, string where, CancellationToken cancellation)
    {
        validation.Validate(rows, where);
        if (lastKey is not null && lastKey == rows.Keys[0])
        {
            ValidateContinues(rows, where);
        }
        else
        {
            RowGroupValidation.ValidateFollows(rows, lastKey, where);
            completeRows = pendingRows;
        }

        var lastTask = StartOfLastTask(rows);
        if (lastTask > 0)
        {
            completeRows = pendingRows + lastTask;
        }

        pending.Add(rows);
        pendingRows += rows.RowCount;
        lastKey = rows.Keys[^1];
        if (completeRows >= rowGroupRows)
        {
            await WriteCompleteAsync(cancellation).ConfigureAwait(false);
        }
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        completeRows = pendingRows;
        if (completeRows >= rowGroupRows)
        {
            await WriteCompleteAsync(cancellation).ConfigureAwait(false);
        }

        if (pendingRows > 0)
        {
            await WriteGroupAsync(RowGroups.Concatenate(pending), cancellation).ConfigureAwait(false);
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (writer is not null)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            writer = null;
        }

        if (file is not null)
        {
            await file.DisposeAsync().ConfigureAwait(false);
            file = null;
        }
    }

    // Row groups of whole tasks, each as large as fits into rowGroupRows, or one larger task.
    private async Task WriteCompleteAsync(CancellationToken cancellation)
    {
        var rows = RowGroups.Concatenate(pending);
        var start = 0;
        while (completeRows - start >= rowGroupRows)
        {
            var end = EndOfGroup(rows.Keys, start);
            await WriteGroupAsync(rows.Slice(start, end - start), cancellation).ConfigureAwait(false);
            start = end;
        }

        pending.Clear();
        pending.Add(rows.Slice(start, rows.RowCount - start));
        pendingRows -= start;
        completeRows -= start;
    }

    private int EndOfGroup(string[] keys, int start)
    {
        var end = start + rowGroupRows;
        while (end > start && end < keys.Length && keys[end] == keys[end - 1])
        {
            end--;
        }

        if (end > start)
        {
            return end;
        }

        end = start + 1;
        while (end < keys.Length && keys[end] == keys[start])
        {
            end++;
        }

        return end;
    }

    private void ValidateContinues(RowGroup rows, string where)
    {
        var last = pending[^1];
        var (time, row) = (last.Timestamps[^1], last.Rows[^1]);
        Expect.That(rows.Timestamps[0] >= time && rows.Rows[0] > row, $"{where}, row 0", $"time {rows.Timestamps[0]}, row {rows.Rows[0]}", $"what follows time {time}, row {row} of task '{lastKey}'");
    }

    private static int StartOfLastTask(RowGroup rows)
    {
        var start = rows.RowCount - 1;
        while (start > 0 && rows.Keys[start - 1] == rows.Keys[^1])
        {
            start--;
        }

        return start;
    }

    private async Task WriteGroupAsync(RowGroup rows, CancellationToken cancellation)
    {
        if (writer is null)
        {
            Directory.CreateDirectory(folder);
            columns = DatasetLayout.ColumnsOf(schema, rows.EventIds is not null);
            file = new FileStream(Path.Combine(folder, "part-00000.parquet"), FileMode.CreateNew, FileAccess.Write, FileShare.None);
            writer = await ParquetFile.CreateAsync(file, columns, [DatasetLayout.Key], cancellation).ConfigureAwait(false);
        }

        using var group = writer.CreateRowGroup();
        var fields = columns!.Fields.ToDictionary(field => field.Name);
        await ColumnWriter.WriteStringsAsync(group, fields[DatasetLayout.Key], rows.Keys).ConfigureAwait(false);
        await ColumnWriter.WriteTimestampsAsync(group, fields[DatasetLayout.Timestamp], rows.Timestamps, cancellation).ConfigureAwait(false);
        await ColumnWriter.WriteAsync(group, fields[DatasetLayout.Label], rows.Labels, cancellation).ConfigureAwait(false);
        await ColumnWriter.WriteAsync(group, fields[DatasetLayout.Weight], rows.Weights, cancellation).ConfigureAwait(false);
        await ColumnWriter.WriteAsync(group, fields[DatasetLayout.Row], rows.Rows, cancellation).ConfigureAwait(false);
        if (rows.EventIds is { } eventIds)
        {
            await ColumnWriter.WriteStringsAsync(group, fields[DatasetLayout.EventId], eventIds).ConfigureAwait(false);
        }

        foreach (var feature in schema.Features)
        {
            await WriteAsync(group, fields[feature.Name], rows.Columns[feature.Name], cancellation).ConfigureAwait(false);
        }
    }

    private static Task WriteAsync(ParquetRowGroupWriter group, Field field, FeatureColumn column, CancellationToken cancellation) => column switch
    {
        DenseColumn dense => ColumnWriter.WriteAsync(group, field, dense.Values, cancellation),
        CategoricalColumn categorical => ColumnWriter.WriteAsync(group, field, categorical.Indices, cancellation),
        VectorColumn vector => ColumnWriter.WriteVectorsAsync(group, field, vector.Values, vector.Length, cancellation),
        _ => ColumnWriter.WriteListsAsync(group, field, ((MultiValuedColumn)column).Offsets, ((MultiValuedColumn)column).Indices, cancellation),
    };
}
