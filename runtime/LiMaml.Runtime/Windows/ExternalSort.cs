using System.Buffers.Binary;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Sorts records by a number, stably, with bounded memory: what exceeds it goes to temporary files, sorted, and is merged
/// while it is read. Memory: the bound, and 64 KiB for each file, of which there is one for each time that the bound is
/// reached. Not thread-safe.
/// </summary>
internal sealed class ExternalSort(int memoryBytes, string? temporaryFolder) : IDisposable
{
    private const int HeadBytes = 12;
    private const int FileBuffer = 1 << 16;

    private readonly ByteWriter held = new(1 << 16);
    private readonly List<(long Number, int Start, int Length)> records = [];
    private readonly List<string> runs = [];
    private string? folder;

    /// <summary>Takes up a record.</summary>
    public void Add(long number, ReadOnlySpan<byte> record)
    {
        records.Add((number, held.Length, record.Length));
        held.Bytes(record);
        if (held.Length >= memoryBytes)
        {
            Spill();
        }
    }

    /// <summary>All records by number, those of equal numbers in the order they came. The bytes are valid until the next one.</summary>
    public IEnumerable<(long Number, ReadOnlyMemory<byte> Record)> Read()
    {
        var sources = runs.Select(ReadRun).Append(ReadHeld()).Select(run => run.GetEnumerator()).ToList();
        try
        {
            var queue = new PriorityQueue<int, (long Number, int Source)>();
            for (var source = 0; source < sources.Count; source++)
            {
                Next(source);
            }

            while (queue.TryDequeue(out var source, out _))
            {
                yield return sources[source].Current;
                Next(source);
            }

            void Next(int source)
            {
                if (sources[source].MoveNext())
                {
                    queue.Enqueue(source, (sources[source].Current.Number, source));
                }
            }
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    /// <summary>Deletes the temporary files.</summary>
    public void Dispose()
    {
        if (folder is not null)
        {
            Directory.Delete(folder, recursive: true);
            folder = null;
        }
    }

    private IEnumerable<(long Number, ReadOnlyMemory<byte> Record)> ReadHeld() =>
        records.OrderBy(record => record.Number).Select(record => (record.Number, (ReadOnlyMemory<byte>)held.Array.AsMemory(record.Start, record.Length)));

    private void Spill()
    {
        folder ??= Directory.CreateDirectory(Path.Combine(temporaryFolder ?? Path.GetTempPath(), $"limaml-sort-{Guid.NewGuid():N}")).FullName;
        var path = Path.Combine(folder, $"{runs.Count}");
        using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileBuffer))
        {
            Span<byte> head = stackalloc byte[HeadBytes];
            foreach (var (number, record) in ReadHeld())
            {
                BinaryPrimitives.WriteInt64LittleEndian(head, number);
                BinaryPrimitives.WriteInt32LittleEndian(head[sizeof(long)..], record.Length);
                file.Write(head);
                file.Write(record.Span);
            }
        }

        runs.Add(path);
        records.Clear();
        held.Clear();
    }

    private static IEnumerable<(long Number, ReadOnlyMemory<byte> Record)> ReadRun(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileBuffer);
        var head = new byte[HeadBytes];
        var record = Array.Empty<byte>();
        while (file.Position < file.Length)
        {
            file.ReadExactly(head);
            var length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(sizeof(long)));
            record = record.Length >= length ? record : new byte[2 * length];
            file.ReadExactly(record, 0, length);
            yield return (BinaryPrimitives.ReadInt64LittleEndian(head), record.AsMemory(0, length));
        }
    }
}
