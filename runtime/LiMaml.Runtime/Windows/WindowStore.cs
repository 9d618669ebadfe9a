using System.Collections.Concurrent;
using LiMaml.Runtime.Events;
using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// The windows of one partition, on local disk. A window holds, of all distinct events (by id) of a task that are younger
/// than MaxAge behind the watermark, the most recent Capacity by (event time, event id); of several contents of one id the
/// largest by (event time, content) counts. So windows are a function of the set of events. Thread-safe.
/// </summary>
public sealed class WindowStore : IDisposable
{
    private const int SweepShare = 1;
    private const int SweepPart = 16 << 20;
    private const int MostFragmented = 1024;

    private readonly Lock sync = new();
    private readonly WriteBatch batch = new();
    private readonly Database database;
    private readonly LayoutTable layouts;
    private readonly Journal journal = new();
    private readonly Folding folding;
    private readonly Sweeping sweeping;
    private readonly DirtyMarks marks;
    private readonly ConcurrentQueue<byte[]> fragmented = [];
    private readonly EncodedEvents encoded = new();
    private readonly WindowOptions options;
    private EventLayout layout;
    private TaskColumns tasks;
    private StoreState state;
    private byte[]? swept;
    private bool closed;

    private WindowStore(Database database, EventSchema schema, WindowOptions options)
    {
        this.database = database;
        this.options = options;
        (layout, tasks) = (schema.Layout, new TaskColumns(schema.Dataset, options.Tasks));
        (layouts, state) = database.Use(rocks =>
        {
            journal.Load(rocks);
            return (new LayoutTable(rocks), rocks.Get(StoreKeys.State) is { } stored ? StoreState.Of(stored) : StoreState.Empty);
        });
        layouts.Add(layout, database);
        marks = new DirtyMarks(database);
        folding = new Folding(database);
        sweeping = new Sweeping(database, Commit);
    }

    /// <summary>The offset to read next; null where nothing was applied yet.</summary>
    public long? NextOffset => state.NextOffset;

    /// <summary>The largest event time seen, microseconds since 1970 UTC; null before the first event.</summary>
    public long? Watermark => state.Watermark;

    /// <summary>What became of the events.</summary>
    public WindowCounts Counts => state.Counts;

    private long MaxAge => options.MaxAge.Ticks / TimeSpan.TicksPerMicrosecond;

    private WindowRule Rule => new(options.Capacity, state.Watermark is { } watermark ? watermark - MaxAge : long.MinValue);

    /// <summary>Opens the store in <paramref name="folder"/>, or makes an empty one.</summary>
    /// <param name="folder">Its own; made where missing.</param>
    /// <param name="schema">The schema of events.</param>
    /// <param name="options">May differ from one opening to the next; what a smaller capacity or age dropped does not come back.</param>
    /// <exception cref="LiMaml.Models.InvalidInputException">An option is out of range, or the store is open already.</exception>
    /// <exception cref="DamagedStoreException">What is there can't be read.</exception>
    /// <exception cref="IOException">The disk is full, or may not be read or written.</exception>
    public static WindowStore Open(string folder, EventSchema schema, WindowOptions? options = null)
    {
        options ??= new WindowOptions();
        options.Validate();
        var database = Database.Open(folder, options.JournalBytes);
        try
        {
            return new WindowStore(database, schema, options);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes up events, the offset, the watermark and the counts, all or nothing; a process that dies forgets none of it.
    /// Applying events again changes nothing but the counts of events.
    /// </summary>
    /// <param name="events">Valid ones, in the order of the partition; none where only the offset moves on.</param>
    /// <param name="nextOffset">The offset after the last of them, 0 or more; the store's own never goes back.</param>
    /// <exception cref="LiMaml.Models.InvalidInputException">An event is not valid under the schema; nothing is taken up.</exception>
    /// <exception cref="IOException">The disk is full or fails; open the store again and go on from its offset.</exception>
    /// <exception cref="DamagedStoreException">What is there can't be read.</exception>
    public void Apply(IReadOnlyList<InteractionEvent> events, long nextOffset)
    {
        lock (sync)
        {
            encoded.Clear();
            for (var index = 0; index < events.Count; index++)
            {
                EventEncoder.Append(events[index], layout, tasks, encoded);
            }

            Apply(encoded, nextOffset);
        }
    }

    /// <summary>The same for events that an <see cref="EventEncoder"/> made, of whichever schema.</summary>
    /// <param name="events">In the order of the partition; none where only the offset moves on.</param>
    /// <param name="nextOffset">The offset after the last of them, 0 or more; the store's own never goes back.</param>
    /// <exception cref="IOException">The disk is full or fails; open the store again and go on from its offset.</exception>
    /// <exception cref="DamagedStoreException">What is there can't be read.</exception>
    public void Apply(EncodedEvents events, long nextOffset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nextOffset);
        lock (sync)
        {
            ThrowIfClosed();
            foreach (var used in events.Layouts)
            {
                layouts.Add(used, database);
            }

            var target = journal.Begin(out var start);
            try
            {
                Append(Advance(events, nextOffset, target), start);
            }
            catch
            {
                journal.Drop(start);
                throw;
            }

            if (journal.Length >= options.JournalBytes)
            {
                Fold();
            }
        }
    }

    /// <summary>The windows as they are now.</summary>
    public WindowView View()
    {
        lock (sync)
        {
            ThrowIfClosed();
            Fold();
            var snapshot = database.Snapshot();
            return new WindowView(database, snapshot, new WindowReader(database, layouts, Rule, snapshot, NoteFragmented), state.Watermark);
        }
    }

    /// <summary>
    /// Tasks that changed since they were last completed, at most <paramref name="limit"/>, in turns. Make the view after
    /// this: it then has at least what made them dirty.
    /// </summary>
    public DirtyBatch TakeDirty(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        lock (sync)
        {
            ThrowIfClosed();
            Fold();
            folding.ForgetMarks();
            return new DirtyBatch(this, marks.Take(limit));
        }
    }

    /// <summary>
    /// Erases a task's window, from the disk too. Events that arrive later start a new one; windows of other definitions
    /// keep the samples that they share with it. Its key may stand in the list of files until the store is opened again.
    /// </summary>
    public void Forget(string task, string key)
    {
        byte[] first = [StoreKeys.Segment, .. StoreKeys.Task(task, key), 0];
        byte[] last = [.. first[..^1], 1];
        lock (sync)
        {
            ThrowIfClosed();
            Fold();
            folding.ForgetMarks();
            using var batch = new WriteBatch();
            batch.DeleteRange(first, (ulong)first.Length, last, (ulong)last.Length);
            batch.Delete((byte[])[StoreKeys.Dirty, .. first[1..^1]]);
            database.Write(batch);
            database.Use(rocks =>
            {
                rocks.Flush(new FlushOptions().SetWaitForFlush(true));
                rocks.CompactRange(first, last);
                return true;
            });
        }
    }

    /// <summary>Writes all windows as JSON lines in the order of (task definition, key): equal sets of events give equal bytes.</summary>
    public void Export(Stream stream)
    {
        using var view = View();
        WindowExport.Write(view.ReadAll(), stream);
    }

    /// <summary>Makes everything applied survive a crash of the operating system too.</summary>
    public void Flush()
    {
        lock (sync)
        {
            ThrowIfClosed();
            batch.Clear();
            batch.Put(StoreKeys.State, state.ToBytes());
            database.Write(batch, sync: true);
        }
    }

    /// <summary>
    /// Drops expired and displaced samples from disk, all of them. Applying does most of this as it goes, so that the disk
    /// holds about three times the windows at most; events can be applied meanwhile.
    /// </summary>
    public void Sweep()
    {
        byte[]? next = null;
        do
        {
            lock (sync)
            {
                ThrowIfClosed();
                Fold();
                next = sweeping.Sweep(next, SweepPart, Rule, grace: 0, thorough: true);
            }
        }
        while (next is not null);
    }

    /// <summary>Counts what is there: passes over the whole store, so not for every second.</summary>
    public WindowTotals Measure()
    {
        using var view = View();
        return view.Measure();
    }

    /// <summary>From now on events are of <paramref name="schema"/>, e.g. another package's. Windows stay as they are.</summary>
    /// <exception cref="LiMaml.Models.InvalidInputException">It lacks a task definition that the options name.</exception>
    public void Use(EventSchema schema)
    {
        lock (sync)
        {
            ThrowIfClosed();
            var columns = new TaskColumns(schema.Dataset, options.Tasks);
            layouts.Add(schema.Layout, database);
            (layout, tasks) = (schema.Layout, columns);
        }
    }

    /// <summary>Closes the store and ends its views. Nothing that was applied is lost.</summary>
    public void Dispose()
    {
        lock (sync)
        {
            if (!closed)
            {
                closed = true;
                database.Dispose();
                folding.Dispose();
                batch.Dispose();
            }
        }
    }

    internal void End(IReadOnlyList<(TaskRef Task, byte[] Mark)> batch, bool complete)
    {
        lock (sync)
        {
            if (complete)
            {
                marks.Complete(batch);
            }

            marks.GiveBack(batch);
        }
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(closed, this);

    /// <summary>Writes events to <paramref name="target"/>; the state after them.</summary>
    private StoreState Advance(EncodedEvents events, long nextOffset, ByteWriter target)
    {
        var (watermark, late) = (state.Watermark ?? long.MinValue, 0);
        var lateness = options.Lateness is { } bound ? bound.Ticks / TimeSpan.TicksPerMicrosecond : MaxAge;
        for (var index = 0; index < events.Count; index++)
        {
            var (time, bytes) = events.At(index);
            watermark = Math.Max(watermark, time);
            if (time > watermark - lateness)
            {
                target.Bytes(events.Bytes[bytes]);
            }
            else
            {
                late++;
            }
        }

        return state with
        {
            NextOffset = Math.Max(state.NextOffset ?? 0, nextOffset),
            Watermark = watermark == long.MinValue ? null : watermark,
            Sequence = state.Sequence + 1,
            Counts = state.Counts with { Consumed = state.Counts.Consumed + events.Count, Late = state.Counts.Late + late },
        };
    }

    private void Append(StoreState next, int start)
    {
        batch.Clear();
        batch.Put(StoreKeys.State, next.ToBytes());
        if (journal.Batch(start) is { Length: > 0 } events)
        {
            batch.Put(StoreKeys.Numbered(StoreKeys.Journal, next.Sequence), events);
        }

        database.Write(batch);
        state = next;
        journal.Add(start, next.Sequence);
    }

    /// <summary>Moves the journal into segments, and sweeps on through the store by a multiple of what that added.</summary>
    private void Fold()
    {
        RewriteFragmented();
        if (journal.Length == 0)
        {
            return;
        }

        using var batch = new WriteBatch();
        var sequence = state.Sequence + 1;
        var (dropped, bytes) = folding.Fold(journal, Rule, sequence);
        journal.Delete(batch);
        state = state with { Sequence = sequence };
        Commit(batch, dropped);
        journal.Clear();
        swept = sweeping.Sweep(swept, SweepShare * bytes, Rule, grace: MaxAge / 8, thorough: false);
    }

    private void Commit(WriteBatch batch, DroppedSamples dropped)
    {
        var next = state.Add(dropped);
        batch.Put(StoreKeys.State, next.ToBytes());
        database.Write(batch);
        state = next;
    }

    private void NoteFragmented(byte[] task)
    {
        if (fragmented.Count < MostFragmented)
        {
            fragmented.Enqueue(task);
        }
    }

    private void RewriteFragmented()
    {
        if (!fragmented.IsEmpty)
        {
            var noted = new List<byte[]>();
            while (noted.Count < MostFragmented && fragmented.TryDequeue(out var task))
            {
                noted.Add(task);
            }

            sweeping.Rewrite(noted, Rule);
        }
    }
}
