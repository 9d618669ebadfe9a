using System.Buffers.Binary;

namespace LiMaml.Runtime.Windows;

/// <summary>Where in the journal's buffer a task and one of its samples are.</summary>
/// <param name="Order">The first 8 bytes of the task's key, as a number: settles most comparisons.</param>
/// <param name="TaskStart">The task, as <see cref="StoreKeys.Task"/> writes it.</param>
/// <param name="TaskLength">Its bytes.</param>
/// <param name="SampleStart">The sample.</param>
/// <param name="SampleLength">Its bytes.</param>
internal readonly record struct JournalEntry(ulong Order, int TaskStart, int TaskLength, int SampleStart, int SampleLength)
{
    /// <summary>The entry of the task and the sample at these places of <paramref name="buffer"/>.</summary>
    public static JournalEntry At(byte[] buffer, int taskStart, int taskLength, int sampleStart, int sampleLength)
    {
        var key = buffer.AsSpan(taskStart, taskLength);
        key = key[(key.IndexOf((byte)0) + 1)..];
        Span<byte> first = stackalloc byte[sizeof(ulong)];
        first.Clear();
        key[..Math.Min(first.Length, key.Length)].CopyTo(first);
        return new JournalEntry(BinaryPrimitives.ReadUInt64BigEndian(first), taskStart, taskLength, sampleStart, sampleLength);
    }

    /// <summary>The task.</summary>
    public ReadOnlySpan<byte> Task(byte[] buffer) => buffer.AsSpan(TaskStart, TaskLength);

    /// <summary>Groups entries by task: by the key's first bytes, the whole key, the definition.</summary>
    public sealed class ByTask(byte[] buffer) : IComparer<JournalEntry>
    {
        public int Compare(JournalEntry x, JournalEntry y)
        {
            var order = x.Order.CompareTo(y.Order);
            return order != 0 ? order : x.Task(buffer).SequenceCompareTo(y.Task(buffer));
        }
    }
}
