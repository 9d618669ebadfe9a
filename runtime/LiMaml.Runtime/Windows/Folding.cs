using System.Runtime.InteropServices;
using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Sorts a journal into the tasks' windows: one segment for each task that it has events of, and a dirty mark. Segments are
/// written in parts; what counts is that the journal's entries go after all of them. If that does not happen, the next fold
/// writes the samples again, and they are read once.
/// </summary>
internal sealed class Folding(Database database) : IDisposable
{
    private const int PartBytes = 1 << 18;

    private readonly WriteBatch part = new();
    private readonly ByteWriter key = new();
    private readonly ByteWriter value = new(1 << 16);
    private readonly List<StoredSample> samples = [];
    private readonly TaskGroups groups = new();
    private readonly HashSet<ulong> marked = [];
    private int partBytes;

    /// <summary>Writes what the journal comes to.</summary>
    /// <param name="journal">Is left as it is.</param>
    /// <param name="rule">Leaves out samples that no window can have.</param>
    /// <param name="sequence">The number of the segments.</param>
    /// <returns>What was left out, and the bytes of the segments.</returns>
    public (DroppedSamples Dropped, long Bytes) Fold(Journal journal, WindowRule rule, ulong sequence)
    {
        try
        {
            groups.Group(journal);
            var folded = PutSegments(rule, sequence);
            PutMarks(sequence);
            WritePart();
            return folded;
        }
        catch
        {
            ClearPart();
            ForgetMarks();
            throw;
        }
    }

    /// <summary>Marks tasks anew from now on: until this is called, a task that has a mark gets no other.</summary>
    public void ForgetMarks() => marked.Clear();

    /// <inheritdoc/>
    public void Dispose() => part.Dispose();

    private (DroppedSamples Dropped, long Bytes) PutSegments(WindowRule rule, ulong sequence)
    {
        var (dropped, bytes) = (default(DroppedSamples), 0L);
        foreach (var group in groups.Tasks)
        {
            groups.Read(group, samples);
            dropped += rule.Apply(samples);
            if (samples.Count > 0)
            {
                bytes += PutSegment(groups.TaskOf(group), sequence);
            }
        }

        return (dropped, bytes);
    }

    private void PutMarks(ulong sequence)
    {
        foreach (var group in groups.Tasks)
        {
            if (marked.Add(groups.HashOf(group)))
            {
                PutMark(groups.TaskOf(group), sequence);
            }
        }
    }

    private int PutSegment(ReadOnlySpan<byte> task, ulong sequence)
    {
        value.Clear();
        Segment.Write(CollectionsMarshal.AsSpan(samples), value);
        key.Clear();
        StoreKeys.WriteSegment(task, sequence, key);
        Put(value.Written);
        return value.Length;
    }

    private void PutMark(ReadOnlySpan<byte> task, ulong sequence)
    {
        Span<byte> mark = stackalloc byte[sizeof(ulong)];
        BitConverter.TryWriteBytes(mark, sequence);
        key.Clear();
        StoreKeys.WriteDirty(task, key);
        Put(mark);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        part.Put(key.Written, bytes);
        partBytes += key.Length + bytes.Length;
        if (partBytes >= PartBytes)
        {
            WritePart();
        }
    }

    private void WritePart()
    {
        if (partBytes > 0)
        {
            database.Write(part);
            ClearPart();
        }
    }

    private void ClearPart()
    {
        part.Clear();
        partBytes = 0;
    }
}
