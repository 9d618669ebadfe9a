using System.Buffers.Binary;
using LiMaml.Runtime.Events;
using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Events that were applied but are not in segments yet: in memory, and batch by batch in the store. Of each batch the
/// store has one value: for each event its tasks (count, then each with its length) and its sample (after 4 bytes of length).
/// </summary>
internal sealed class Journal
{
    private readonly ByteWriter bytes = new(1 << 16);
    private readonly List<ulong> sequences = [];
    private readonly List<JournalEntry> entries = [];

    /// <summary>Bytes held.</summary>
    public int Length => bytes.Length;

    /// <summary>The array that entries point into; it moves when events are added.</summary>
    public byte[] Buffer => bytes.Array;

    /// <summary>Each event once for each of its tasks, in order of arrival.</summary>
    public List<JournalEntry> Entries => entries;

    /// <summary>Takes up what is stored.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Load(RocksDb database)
    {
        using var stored = database.NewIterator();
        for (stored.Seek([StoreKeys.Journal]); stored.Valid() && stored.GetKeySpan()[0] == StoreKeys.Journal; stored.Next())
        {
            var start = bytes.Length;
            bytes.Bytes(stored.GetValueSpan());
            sequences.Add(StoreKeys.NumberOf(stored.GetKeySpan()));
            Read(start);
        }
    }

    /// <summary>Where a batch begins: its events are appended to what this returns, and then added or dropped.</summary>
    public ByteWriter Begin(out int start)
    {
        start = bytes.Length;
        return bytes;
    }

    /// <summary>Appends a sample after its event's tasks.</summary>
    public static void WriteSample(InteractionEvent interaction, EventLayout layout, ByteWriter target)
    {
        var start = target.Length;
        target.Reserve(sizeof(int));
        SampleCodec.Write(interaction, layout, target);
        BinaryPrimitives.WriteInt32LittleEndian(target.Written[start..], target.Length - start - sizeof(int));
    }

    /// <summary>The batch from <paramref name="start"/> on.</summary>
    public ReadOnlySpan<byte> Batch(int start) => bytes.Written[start..];

    /// <summary>Takes up the batch from <paramref name="start"/> on, stored as <paramref name="sequence"/>.</summary>
    public void Add(int start, ulong sequence)
    {
        sequences.Add(sequence);
        Read(start);
    }

    /// <summary>Forgets the batch from <paramref name="start"/> on.</summary>
    public void Drop(int start) => bytes.Truncate(start);

    /// <summary>Deletes all entries of the store.</summary>
    public void Delete(WriteBatch batch)
    {
        foreach (var sequence in sequences)
        {
            batch.Delete(StoreKeys.Numbered(StoreKeys.Journal, sequence));
        }
    }

    /// <summary>Forgets everything held.</summary>
    public void Clear()
    {
        bytes.Clear();
        sequences.Clear();
        entries.Clear();
    }

    private void Read(int start)
    {
        var reader = new ByteReader(bytes.Written[start..]);
        Span<(int Start, int Length)> tasks = stackalloc (int, int)[256];
        while (!reader.AtEnd)
        {
            var count = reader.Byte();
            for (var task = 0; task < count; task++)
            {
                tasks[task] = Next(ref reader, start, reader.Length());
            }

            var sample = Next(ref reader, start, BinaryPrimitives.ReadInt32LittleEndian(reader.Bytes(sizeof(int))));
            for (var task = 0; task < count; task++)
            {
                entries.Add(JournalEntry.At(bytes.Array, tasks[task].Start, tasks[task].Length, sample.Start, sample.Length));
            }
        }
    }

    private static (int Start, int Length) Next(ref ByteReader reader, int start, int length)
    {
        var position = start + reader.Position;
        reader.Bytes(length);
        return (position, length);
    }
}
