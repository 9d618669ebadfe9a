using System.Runtime.InteropServices;
using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>Sorts a journal into the tasks' windows: one segment for each task that it has events of, and a dirty mark.</summary>
internal sealed class Folding
{
    private readonly ByteWriter key = new();
    private readonly ByteWriter value = new(1 << 16);
    private readonly List<StoredSample> samples = [];

    /// <summary>Adds to <paramref name="batch"/> what the journal comes to.</summary>
    /// <param name="journal">Is sorted, else left as it is.</param>
    /// <param name="rule">Leaves out samples that no window can have.</param>
    /// <param name="sequence">The number of the segments.</param>
    /// <param name="batch">Receives segments and marks.</param>
    /// <returns>What was left out, and the bytes of the segments.</returns>
    public (DroppedSamples Dropped, long Bytes) Fold(Journal journal, WindowRule rule, ulong sequence, WriteBatch batch)
    {
        var (dropped, bytes, buffer) = (default(DroppedSamples), 0L, journal.Buffer);
        journal.Entries.Sort(new JournalEntry.ByTask(buffer));
        var entries = CollectionsMarshal.AsSpan(journal.Entries);
        while (!entries.IsEmpty)
        {
            var count = Gather(entries, buffer);
            dropped += rule.Apply(samples);
            if (samples.Count > 0)
            {
                bytes += Put(entries[0].Task(buffer), sequence, batch);
            }

            entries = entries[count..];
        }

        return (dropped, bytes);
    }

    private int Gather(ReadOnlySpan<JournalEntry> entries, byte[] buffer)
    {
        samples.Clear();
        var task = entries[0].Task(buffer);
        var count = 0;
        while (count < entries.Length && entries[count].Task(buffer).SequenceEqual(task))
        {
            samples.Add(StoredSample.At(buffer, entries[count].SampleStart, entries[count].SampleLength));
            count++;
        }

        return count;
    }

    private int Put(ReadOnlySpan<byte> task, ulong sequence, WriteBatch batch)
    {
        value.Clear();
        Segment.Write(CollectionsMarshal.AsSpan(samples), value);
        key.Clear();
        StoreKeys.WriteSegment(task, sequence, key);
        batch.Put(key.Written, value.Written);
        key.Clear();
        StoreKeys.WriteDirty(task, key);
        Span<byte> mark = stackalloc byte[sizeof(ulong)];
        BitConverter.TryWriteBytes(mark, sequence);
        batch.Put(key.Written, mark);
        return value.Length;
    }
}
