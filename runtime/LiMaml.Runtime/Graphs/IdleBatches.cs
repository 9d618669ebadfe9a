using System.Diagnostics.CodeAnalysis;

namespace LiMaml.Runtime.Graphs;

/// <summary>
/// Batches that wait to be used again: as many as fit into a bound of bytes, and one whatever its size. What is beyond is
/// freed, so that a rush of large requests does not keep its memory for good. Thread-safe.
/// </summary>
/// <param name="maxBytes">The bound, 0 or more.</param>
internal sealed class IdleBatches(long maxBytes)
{
    private readonly Lock guard = new();
    private readonly Stack<(GraphBatch Batch, long Bytes)> idle = [];
    private long idleBytes;

    /// <summary>Takes the batch that was given back last.</summary>
    public bool TryTake([NotNullWhen(true)] out GraphBatch? batch)
    {
        lock (guard)
        {
            var found = idle.TryPop(out var latest);
            batch = latest.Batch;
            idleBytes -= latest.Bytes;
            return found;
        }
    }

    /// <summary>Keeps a batch if there is room for it, and frees it otherwise.</summary>
    public void Add(GraphBatch batch)
    {
        if (!TryAdd(batch))
        {
            batch.Free();
        }
    }

    /// <summary>Frees all of them.</summary>
    public void Clear()
    {
        while (TryTake(out var batch))
        {
            batch.Free();
        }
    }

    private bool TryAdd(GraphBatch batch)
    {
        var bytes = batch.AllocatedBytes;
        lock (guard)
        {
            var fits = idle.Count == 0 || idleBytes + bytes <= maxBytes;
            if (fits)
            {
                idle.Push((batch, bytes));
                idleBytes += bytes;
            }

            return fits;
        }
    }
}
