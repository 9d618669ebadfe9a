using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Frees the disk of samples that no window has. Goes through the store task by task, a part at a time. Not thread-safe.
/// </summary>
/// <param name="database">The store.</param>
/// <param name="commit">Writes a batch and counts what it drops.</param>
internal sealed class Sweeping(Database database, Action<WriteBatch, DroppedSamples> commit)
{
    /// <summary>A task in more pieces than this is put together.</summary>
    public const int ManySegments = 32;

    /// <summary>Sweeps about <paramref name="bytes"/> from <paramref name="start"/> (the beginning where null) on.</summary>
    /// <param name="start">What the last call returned.</param>
    /// <param name="bytes">How much to read.</param>
    /// <param name="rule">Of the windows.</param>
    /// <param name="grace">How long a sample may stay on disk after it expired, in microseconds.</param>
    /// <param name="thorough">Whether everything that no window has goes, rather than what is worth the writing.</param>
    /// <returns>Where to go on; null at the end of the store.</returns>
    public byte[]? Sweep(byte[]? start, long bytes, WindowRule rule, long grace, bool thorough) => database.Use(rocks =>
    {
        using var segments = rocks.NewIterator(readOptions: new ReadOptions().SetFillCache(false));
        using var change = new TaskRewriting(rocks, rule, rule.Limit - grace, thorough, commit);
        for (segments.Seek(start ?? [StoreKeys.Segment]); segments.Valid() && segments.GetKeySpan()[0] == StoreKeys.Segment;)
        {
            var task = StoreKeys.TaskOfSegment(segments.GetKeySpan()).ToArray();
            if (bytes <= 0)
            {
                return [StoreKeys.Segment, .. task];
            }

            if (change.IsWorthwhile(Look(segments, task, ref bytes)))
            {
                change.Rewrite(task);
            }
        }

        return (byte[]?)null;
    });

    /// <summary>Puts the segments of <paramref name="tasks"/> together.</summary>
    public void Rewrite(IEnumerable<byte[]> tasks, WindowRule rule) => database.Use(rocks =>
    {
        using var change = new TaskRewriting(rocks, rule, rule.Limit, thorough: true, commit);
        foreach (var task in tasks)
        {
            change.Rewrite(task);
        }

        return true;
    });

    /// <summary>Passes a task's segments without reading their samples.</summary>
    private static StoredExtent Look(Iterator segments, byte[] task, ref long bytes)
    {
        var extent = new StoredExtent(0, 0, long.MaxValue);
        for (; segments.Valid() && StoreKeys.IsSegmentOf(segments.GetKeySpan(), task); segments.Next())
        {
            var segment = segments.GetValueSpan();
            bytes -= segment.Length;
            extent = extent.With(Segment.Head(segment));
        }

        return extent;
    }
}

/// <summary>What a task has on disk.</summary>
/// <param name="Segments">Pieces.</param>
/// <param name="Samples">Samples in all of them.</param>
/// <param name="Oldest">The oldest sample's event time.</param>
internal readonly record struct StoredExtent(int Segments, long Samples, long Oldest)
{
    public StoredExtent With((int Count, long Oldest) segment) => new(Segments + 1, Samples + segment.Count, Math.Min(Oldest, segment.Oldest));
}
