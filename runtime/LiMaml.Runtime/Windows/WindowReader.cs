using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>Puts windows together from their segments, as of one moment of the store. Thread-safe.</summary>
internal sealed class WindowReader(Database database, LayoutTable layouts, WindowRule rule, Snapshot snapshot, Action<byte[]> fragmented)
{
    private const int ChunkWindows = 64;

    /// <summary>All windows of a task definition, or of all where null, by ascending key.</summary>
    public IEnumerable<Window> Read(string? task)
    {
        var prefix = StoreKeys.Prefix(StoreKeys.Segment, task);
        var next = prefix;
        while (next is not null)
        {
            var (windows, rest) = database.Use(rocks => ReadChunk(rocks, prefix, next));
            foreach (var window in windows)
            {
                yield return window;
            }

            next = rest;
        }
    }

    /// <summary>One task's window, or null.</summary>
    public Window? Find(string task, string key)
    {
        byte[] prefix = [StoreKeys.Segment, .. StoreKeys.Task(task, key), 0];
        return database.Use(rocks => ReadChunk(rocks, prefix, prefix)).Windows.FirstOrDefault();
    }

    /// <summary>Counts tasks, samples and marks.</summary>
    public WindowTotals Measure() => database.Use(rocks =>
    {
        using var entries = rocks.NewIterator(readOptions: new ReadOptions().SetSnapshot(snapshot).SetFillCache(false));
        var (tasks, samples, dirty, last) = (0L, 0L, 0L, Array.Empty<byte>());
        for (entries.Seek([StoreKeys.Dirty]); entries.Valid() && entries.GetKeySpan()[0] == StoreKeys.Dirty; entries.Next())
        {
            dirty++;
        }

        for (entries.Seek([StoreKeys.Segment]); entries.Valid() && entries.GetKeySpan()[0] == StoreKeys.Segment; entries.Next())
        {
            samples += Segment.Head(entries.GetValueSpan()).Count;
            if (!StoreKeys.IsSegmentOf(entries.GetKeySpan(), last))
            {
                (tasks, last) = (tasks + 1, StoreKeys.TaskOfSegment(entries.GetKeySpan()).ToArray());
            }
        }

        return new WindowTotals(tasks, samples, dirty, DiskBytes(rocks));
    });

    private static long DiskBytes(RocksDb rocks) => ((string[])["rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables"])
        .Sum(property => long.TryParse(rocks.GetProperty(property), out var bytes) ? bytes : 0);

    /// <summary>Some windows from <paramref name="start"/> on, and where to go on; nobody else's turn is kept waiting for long.</summary>
    private (List<Window> Windows, byte[]? Next) ReadChunk(RocksDb rocks, byte[] prefix, byte[] start)
    {
        var windows = new List<Window>();
        var samples = new List<StoredSample>();
        using var segments = rocks.NewIterator(readOptions: new ReadOptions().SetSnapshot(snapshot));
        segments.Seek(start);
        while (segments.Valid() && segments.GetKeySpan().StartsWith(prefix))
        {
            var task = StoreKeys.TaskOfSegment(segments.GetKeySpan()).ToArray();
            if (windows.Count == ChunkWindows)
            {
                return (windows, [StoreKeys.Segment, .. task]);
            }

            ReadTask(segments, task, samples);
            rule.Apply(samples);
            if (samples.Count > 0)
            {
                var (name, key) = StoreKeys.Ref(task);
                windows.Add(new Window(name, key, [.. samples.Select(layouts.Read)]));
            }
        }

        return (windows, null);
    }

    private void ReadTask(Iterator segments, byte[] task, List<StoredSample> samples)
    {
        samples.Clear();
        var count = 0;
        for (; segments.Valid() && StoreKeys.IsSegmentOf(segments.GetKeySpan(), task); segments.Next())
        {
            Segment.Read(segments.Value(), samples);
            count++;
        }

        if (count > Sweeping.ManySegments)
        {
            fragmented(task);
        }
    }
}
