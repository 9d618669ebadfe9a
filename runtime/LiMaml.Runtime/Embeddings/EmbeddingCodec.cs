using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LiMaml.Models;

namespace LiMaml.Runtime.Embeddings;

/// <summary>
/// The bytes of an embedding without its task and key, the same in every store: a version (1), newest event time (int64),
/// support count (int32), loss before and after (float32 each), then the vector (float32 each), all little-endian.
/// </summary>
public static class EmbeddingCodec
{
    private const byte Version = 1;
    private const int HeaderSize = 21;

    /// <summary>The bytes of <paramref name="embedding"/>.</summary>
    public static byte[] Write(StoredEmbedding embedding)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        var bytes = new byte[HeaderSize + (embedding.Vector.Length * sizeof(float))];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), embedding.NewestEventTime);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), embedding.SupportCount);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(13), embedding.LossBefore);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(17), embedding.LossAfter);
        WriteVector(embedding.Vector.Span, bytes.AsSpan(HeaderSize));
        return bytes;
    }

    /// <summary>The embedding of <paramref name="task"/> and <paramref name="key"/> in <paramref name="bytes"/>.</summary>
    /// <param name="task">The task definition.</param>
    /// <param name="key">The task's key.</param>
    /// <param name="bytes">As <see cref="Write"/> made them.</param>
    /// <param name="where">Where they were found, for messages.</param>
    /// <exception cref="InvalidInputException">They are of another version or length, or a number is not finite.</exception>
    public static StoredEmbedding Read(string task, string key, ReadOnlySpan<byte> bytes, string where)
    {
        var vectorSize = bytes.Length - HeaderSize;
        if (vectorSize < sizeof(float) || vectorSize % sizeof(float) != 0 || bytes[0] != Version)
        {
            throw new InvalidInputException($"{where}: embedding of '{key}'", $"{bytes.Length} bytes of version {(bytes.IsEmpty ? 0 : bytes[0])}", $"{HeaderSize} bytes of version {Version} and 4 for each number of the vector");
        }

        var embedding = new StoredEmbedding(
            task,
            key,
            ReadVector(bytes[HeaderSize..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[9..]),
            BinaryPrimitives.ReadSingleLittleEndian(bytes[13..]),
            BinaryPrimitives.ReadSingleLittleEndian(bytes[17..]));
        EmbeddingChecks.Values(embedding, where);
        return embedding;
    }

    private static void WriteVector(ReadOnlySpan<float> vector, Span<byte> target)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(vector).CopyTo(target);
            return;
        }

        for (var index = 0; index < vector.Length; index++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(target[(index * sizeof(float))..], vector[index]);
        }
    }

    private static float[] ReadVector(ReadOnlySpan<byte> bytes)
    {
        var vector = new float[bytes.Length / sizeof(float)];
        if (BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(vector.AsSpan()));
            return vector;
        }

        for (var index = 0; index < vector.Length; index++)
        {
            vector[index] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(index * sizeof(float))..]);
        }

        return vector;
    }
}
