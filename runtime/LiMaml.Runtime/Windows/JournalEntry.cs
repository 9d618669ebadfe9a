using System.Buffers.Binary;

namespace LiMaml.Runtime.Windows;

/// <summary>Where in the journal's buffer a task and one of its samples are.</summary>
/// <param name="Hash">Of the task's bytes: equal tasks have equal hashes, and hardly any others.</param>
/// <param name="TaskStart">The task, as <see cref="StoreKeys.Task"/> writes it.</param>
/// <param name="TaskLength">Its bytes.</param>
/// <param name="SampleStart">The sample.</param>
/// <param name="SampleLength">Its bytes.</param>
internal readonly record struct JournalEntry(ulong Hash, int TaskStart, int TaskLength, int SampleStart, int SampleLength)
{
    /// <summary>The entry of the task and the sample at these places of <paramref name="buffer"/>.</summary>
    public static JournalEntry At(byte[] buffer, int taskStart, int taskLength, int sampleStart, int sampleLength) =>
        new(HashOf(buffer.AsSpan(taskStart, taskLength)), taskStart, taskLength, sampleStart, sampleLength);

    /// <summary>The task.</summary>
    public ReadOnlySpan<byte> Task(byte[] buffer) => buffer.AsSpan(TaskStart, TaskLength);

    // Of this process only: nobody can choose keys whose hashes are equal.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();

    private static ulong HashOf(ReadOnlySpan<byte> bytes)
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        var hash = Seed ^ (ulong)bytes.Length;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            hash = Mix(hash ^ (BinaryPrimitives.ReadUInt64LittleEndian(bytes) * Prime));
        }

        foreach (var octet in bytes)
        {
            hash = (hash ^ octet) * Prime;
        }

        return Mix(hash);
    }

    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93;
        return hash ^ (hash >> 32);
    }
}
