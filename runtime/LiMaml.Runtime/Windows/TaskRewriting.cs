using System.Runtime.InteropServices;
using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Takes samples that windows don't have out of tasks' segments: deletes segments without any other, which is cheap, and
/// writes the rest anew as one segment where much of it is such samples. Not thread-safe.
/// </summary>
/// <param name="rocks">The store.</param>
/// <param name="rule">Of the windows.</param>
/// <param name="latest">A sample of this event time or before is not left on disk.</param>
/// <param name="thorough">Whether no such sample is left, however few there are.</param>
/// <param name="commit">Writes a batch and counts what it drops.</param>
internal sealed class TaskRewriting(RocksDb rocks, WindowRule rule, long latest, bool thorough, Action<WriteBatch, DroppedSamples> commit) : IDisposable
{
    private const int BatchBytes = 1 << 20;

    private readonly WriteBatch batch = new();
    private readonly ByteWriter value = new(1 << 16);
    private readonly List<StoredSample> samples = [];
    private readonly List<(byte[] Key, byte[] Segment)> segments = [];
    private DroppedSamples dropped;
    private long bytes;

    /// <summary>Whether rewriting a task may free enough.</summary>
    public bool IsWorthwhile(StoredExtent extent) => thorough
        ? extent.Segments > 1 || extent.Samples > rule.Capacity || extent.Oldest <= latest
        : extent.Segments > Sweeping.ManySegments || extent.Samples > rule.Capacity * 3L / 2 || extent.Oldest <= latest;

    /// <summary>Rewrites a task's segments.</summary>
    public void Rewrite(byte[] task)
    {
        Read(task);
        dropped += rule.Apply(samples);
        var alive = samples.Select(sample => sample.Buffer).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var (key, _) in segments.Where(segment => !alive.Contains(segment.Segment)))
        {
            batch.Delete(key);
        }

        segments.RemoveAll(segment => !alive.Contains(segment.Segment));
        if (segments.Count > 0)
        {
            RewriteAlive();
        }

        bytes += task.Length;
        if (bytes >= BatchBytes)
        {
            Commit();
        }
    }

    /// <summary>Writes what is left to write.</summary>
    public void Dispose()
    {
        Commit();
        batch.Dispose();
    }

    private void Read(byte[] task)
    {
        samples.Clear();
        segments.Clear();
        using var stored = rocks.NewIterator(readOptions: new ReadOptions().SetFillCache(false));
        for (stored.Seek([StoreKeys.Segment, .. task, 0]); stored.Valid() && StoreKeys.IsSegmentOf(stored.GetKeySpan(), task); stored.Next())
        {
            segments.Add((stored.Key(), stored.Value()));
            Segment.Read(segments[^1].Segment, samples);
        }
    }

    private void RewriteAlive()
    {
        var extent = segments.Aggregate(new StoredExtent(0, 0, long.MaxValue), (sum, segment) => sum.With(Segment.Head(segment.Segment)));
        if (!thorough && !IsWorthwhile(extent) && extent.Samples <= samples.Count * 3L / 2)
        {
            dropped -= Remaining();
            return;
        }

        value.Clear();
        Segment.Write(CollectionsMarshal.AsSpan(samples), value);
        segments[..^1].ForEach(segment => batch.Delete(segment.Key));
        batch.Put(segments[^1].Key, value.Written);
        bytes += value.Length;
    }

    /// <summary>What the segments that stay still have of what was dropped: it counts when they go.</summary>
    private DroppedSamples Remaining()
    {
        samples.Clear();
        segments.ForEach(segment => Segment.Read(segment.Segment, samples));
        return rule.Apply(samples);
    }

    private void Commit()
    {
        commit(batch, dropped);
        batch.Clear();
        (dropped, bytes) = (default, 0);
    }
}
