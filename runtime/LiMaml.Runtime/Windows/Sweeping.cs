using System.Runtime.InteropServices;
using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Puts the segments of tasks together, leaving out samples that their windows don't have. Goes through the store task by
/// task, a part at a time. Not thread-safe.
/// </summary>
/// <param name="database">The store.</param>
/// <param name="commit">Writes a batch and counts what it drops.</param>
internal sealed class Sweeping(Database database, Action<WriteBatch, DroppedSamples> commit)
{
    private const int BatchBytes = 4 << 20;
    private const int ManySegments = 8;

    private readonly ByteWriter value = new(1 << 16);
    private readonly List<StoredSample> samples = [];

    /// <summary>Sweeps about <paramref name="bytes"/> from <paramref name="start"/> (the beginning where null) on.</summary>
    /// <param name="start">What the last call returned.</param>
    /// <param name="bytes">How much to read.</param>
    /// <param name="rule">Of the windows.</param>
    /// <param name="age">A task is rewritten for a sample that expired this long ago, in microseconds.</param>
    /// <param name="thorough">Whether everything that no window has goes, rather than what is worth the writing.</param>
    /// <returns>Where to go on; null at the end of the store.</returns>
    public byte[]? Sweep(byte[]? start, long bytes, WindowRule rule, long age, bool thorough) => database.Use(rocks =>
    {
        using var segments = rocks.NewIterator();
        using var batch = new Changes(commit);
        segments.Seek(start ?? [StoreKeys.Segment]);
        byte[]? next = null;
        while (next is null && IsSegment(segments))
        {
            var task = StoreKeys.TaskOfSegment(segments.GetKeySpan()).ToArray();
            if (bytes <= 0)
            {
                next = [StoreKeys.Segment, .. task];
                break;
            }

            var (count, total, oldest) = Look(segments, task, ref bytes);
            if (thorough
                ? count > 1 || total > rule.Capacity || oldest <= rule.Limit
                : count > ManySegments || total > rule.Capacity * 3L / 2 || oldest <= rule.Limit - age)
            {
                Rewrite(rocks, task, rule, batch);
            }
        }

        batch.Commit();
        return next;
    });

    /// <summary>Puts the segments of <paramref name="tasks"/> together.</summary>
    public void Rewrite(IEnumerable<byte[]> tasks, WindowRule rule) => database.Use(rocks =>
    {
        using var batch = new Changes(commit);
        foreach (var task in tasks)
        {
            Rewrite(rocks, task, rule, batch);
        }

        batch.Commit();
        return true;
    });

    private static bool IsSegment(Iterator segments) => segments.Valid() && segments.GetKeySpan()[0] == StoreKeys.Segment;

    /// <summary>Passes a task's segments without reading their samples.</summary>
    private static (int Count, long Total, long Oldest) Look(Iterator segments, byte[] task, ref long bytes)
    {
        var (count, total, oldest) = (0, 0L, long.MaxValue);
        for (; segments.Valid() && StoreKeys.IsSegmentOf(segments.GetKeySpan(), task); segments.Next())
        {
            var segment = segments.GetValueSpan();
            var head = Segment.Head(segment);
            bytes -= segment.Length;
            (count, total, oldest) = (count + 1, total + head.Count, Math.Min(oldest, head.Oldest));
        }

        return (count, total, oldest);
    }

    /// <summary>One segment for all of a task's; its key is the last one's.</summary>
    private void Rewrite(RocksDb rocks, byte[] task, WindowRule rule, Changes batch)
    {
        samples.Clear();
        var keys = new List<byte[]>();
        using (var segments = rocks.NewIterator())
        {
            for (segments.Seek([StoreKeys.Segment, .. task, 0]); segments.Valid() && StoreKeys.IsSegmentOf(segments.GetKeySpan(), task); segments.Next())
            {
                keys.Add(segments.Key());
                Segment.Read(segments.Value(), samples);
            }
        }

        batch.Dropped += rule.Apply(samples);
        foreach (var key in samples.Count == 0 ? keys : keys[..^1])
        {
            batch.Rocks.Delete(key);
        }

        if (samples.Count > 0)
        {
            value.Clear();
            Segment.Write(CollectionsMarshal.AsSpan(samples), value);
            batch.Rocks.Put(keys[^1], value.Written);
            batch.Add(value.Length);
        }
    }

    /// <summary>Changes, committed whenever they have become many.</summary>
    private sealed class Changes(Action<WriteBatch, DroppedSamples> commit) : IDisposable
    {
        private long bytes;

        public WriteBatch Rocks { get; private set; } = new();

        public DroppedSamples Dropped { get; set; }

        public void Add(int length)
        {
            bytes += length;
            if (bytes >= BatchBytes)
            {
                Commit();
            }
        }

        public void Commit()
        {
            using var batch = Rocks;
            commit(batch, Dropped);
            (Rocks, Dropped, bytes) = (new WriteBatch(), default, 0);
        }

        // The batch after the last commit: native memory that nobody else frees.
        public void Dispose() => Rocks.Dispose();
    }
}
