using System.Buffers.Binary;
using System.Text;
using LiMaml.Models;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Keys of the store. <c>j</c> sequence: the events of a batch that are not in segments yet. <c>l</c> layout hash: a layout.
/// <c>m</c>: the state. <c>s</c> task 0 sequence: a segment. <c>d</c> task: the task is dirty. A task is
/// its definition's name, a 0, and its key in UTF-8, which has no 0: so tasks are in the order of (definition, key).
/// Sequences are 8 bytes, big-endian.
/// </summary>
internal static class StoreKeys
{
    public const byte Dirty = (byte)'d';
    public const byte Journal = (byte)'j';
    public const byte Layout = (byte)'l';
    public const byte Segment = (byte)'s';
    private const int SequenceBytes = 8;

    /// <summary>The key of the state.</summary>
    public static byte[] State { get; } = [(byte)'m'];

    /// <summary>The key of a journal entry or a layout.</summary>
    public static byte[] Numbered(byte kind, ulong number)
    {
        var key = new byte[1 + SequenceBytes];
        key[0] = kind;
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(1), number);
        return key;
    }

    /// <summary>The number in such a key.</summary>
    public static ulong NumberOf(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt64BigEndian(key[^SequenceBytes..]);

    /// <summary>A task, as keys have it.</summary>
    /// <exception cref="InvalidInputException">The key has a 0.</exception>
    public static byte[] Task(string task, string key) => key.Contains('\0', StringComparison.Ordinal)
        ? throw new InvalidInputException($"key of task '{task}'", "text with U+0000", "text without")
        : [.. Encoding.UTF8.GetBytes(task), 0, .. Encoding.UTF8.GetBytes(key)];

    /// <summary>What all keys of <paramref name="kind"/> for a task definition begin with; for all definitions where null.</summary>
    public static byte[] Prefix(byte kind, string? task) => task is null ? [kind] : [kind, .. Encoding.UTF8.GetBytes(task), 0];

    /// <summary>The task of a dirty mark.</summary>
    public static ReadOnlySpan<byte> TaskOfDirty(ReadOnlySpan<byte> key) => key[1..];

    /// <summary>The task of a segment.</summary>
    public static ReadOnlySpan<byte> TaskOfSegment(ReadOnlySpan<byte> key) => key[1..^(SequenceBytes + 1)];

    /// <summary>Whether <paramref name="key"/> is the key of a segment of <paramref name="task"/>.</summary>
    public static bool IsSegmentOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> task) =>
        key[0] == Segment && key.Length == task.Length + SequenceBytes + 2 && key[1..^(SequenceBytes + 1)].SequenceEqual(task);

    /// <summary>A task's name and key.</summary>
    public static TaskRef Ref(ReadOnlySpan<byte> task)
    {
        var end = task.IndexOf((byte)0);
        return new TaskRef(Encoding.UTF8.GetString(task[..end]), Encoding.UTF8.GetString(task[(end + 1)..]));
    }

    /// <summary>Writes the key of a task's segment.</summary>
    public static void WriteSegment(ReadOnlySpan<byte> task, ulong sequence, ByteWriter target)
    {
        target.Byte(Segment);
        target.Bytes(task);
        target.Byte(0);
        target.Sorted((long)sequence);
    }

    /// <summary>Writes the key of a task's dirty mark.</summary>
    public static void WriteDirty(ReadOnlySpan<byte> task, ByteWriter target)
    {
        target.Byte(Dirty);
        target.Bytes(task);
    }
}
