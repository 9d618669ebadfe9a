using System.Runtime.CompilerServices;
using LiMaml.Models.Datasets;

namespace LiMaml.Runtime.Batches;

/// <summary>Some whole tasks of a merge.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="RowsRead">Rows read by then, those left out included.</param>
internal sealed record MergedTasks(TaskRows Tasks, long RowsRead);

/// <summary>
/// Merges sorted streams of rows, e.g. the splits of a dataset, into whole tasks in the order of their keys. Memory is
/// bounded by one row group a stream and one chunk, however long streams and tasks are.
/// </summary>
/// <param name="capacity">Rows kept of a task: the most recent ones; at least 1.</param>
/// <param name="asOf">Rows with a later timestamp (µs since 1970 UTC) are ignored.</param>
/// <param name="chunkRows">A chunk is passed on as soon as it holds this many rows; at least 1.</param>
internal sealed class TaskMerge(int capacity, long asOf, int chunkRows)
{
    private readonly RowBuffer buffer = new();
    private readonly List<TaskRange> tasks = [];
    private string? key;
    private int start;
    private long rowsRead;

    /// <summary>
    /// Tasks with at least one row at or before the as-of time, each once, in ascending order of their keys, with
    /// their rows oldest first; the last chunk may have no tasks. Can be enumerated once.
    /// </summary>
    /// <param name="sources">Row groups of each stream, sorted by (key, timestamp, row); keys compare by <see cref="TaskKey.Compare"/>.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async IAsyncEnumerable<MergedTasks> MergeAsync(
        IReadOnlyList<IAsyncEnumerable<RowGroup>> sources,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var streams = new List<RowCursor>();
        try
        {
            foreach (var source in sources)
            {
                streams.Add(await RowCursor.OpenAsync(source, cancellation));
            }

            while (Smallest(streams) is { Group: { } group } stream)
            {
                cancellation.ThrowIfCancellationRequested();
                if (BeginTask(group.Keys[stream.Position]))
                {
                    yield return Take();
                }

                var count = RunLength(stream, streams);
                Append(group, stream.Position, count);
                await stream.AdvanceAsync(count);
            }

            EndTask();
            yield return Take();
        }
        finally
        {
            foreach (var stream in streams)
            {
                await stream.DisposeAsync();
            }
        }
    }

    private static RowCursor? Smallest(List<RowCursor> streams)
    {
        RowCursor? smallest = null;
        foreach (var stream in streams)
        {
            if (stream.Group is not null && (smallest is null || stream.Compare(stream.Position, smallest) < 0))
            {
                smallest = stream;
            }
        }

        return smallest;
    }

    /// <summary>Rows of one task that can be taken from <paramref name="stream"/> before any other stream's turn.</summary>
    private static int RunLength(RowCursor stream, List<RowCursor> streams)
    {
        var (group, first) = (stream.Group!, stream.Position);
        var end = first + 1;
        while (end < group.RowCount && group.Keys[end] == group.Keys[first] && IsNext(stream, end, streams))
        {
            end++;
        }

        return end - first;
    }

    private static bool IsNext(RowCursor stream, int row, List<RowCursor> streams)
    {
        foreach (var other in streams)
        {
            if (other != stream && other.Group is not null && stream.Compare(row, other) > 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Closes the task before if this is another; true where the chunk is then full.</summary>
    private bool BeginTask(string next)
    {
        if (next == key)
        {
            return false;
        }

        EndTask();
        key = next;
        return buffer.RowCount >= chunkRows;
    }

    private void Append(RowGroup group, int first, int count)
    {
        rowsRead += count;
        while (count > 0 && group.Timestamps[first + count - 1] > asOf)
        {
            count--;
        }

        var kept = Math.Min(count, capacity);
        buffer.Append(group, first + count - kept, kept);
        if (buffer.RowCount - start > 2 * capacity)
        {
            Trim();
        }
    }

    private void EndTask()
    {
        Trim();
        if (buffer.RowCount > start)
        {
            tasks.Add(TaskRange.Of(start, buffer.RowCount - start));
        }

        start = buffer.RowCount;
    }

    private void Trim() => buffer.Remove(start, Math.Max(0, buffer.RowCount - start - capacity));

    private MergedTasks Take()
    {
        var chunk = new MergedTasks(new TaskRows(buffer.Take(), [.. tasks]), rowsRead);
        tasks.Clear();
        start = 0;
        return chunk;
    }
}
