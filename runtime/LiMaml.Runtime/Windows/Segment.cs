namespace LiMaml.Runtime.Windows;

/// <summary>
/// Some of a task's samples, as one value of the store: count (LEB128), the oldest event time (8 bytes), then each sample
/// with its length (LEB128), oldest first. A window is what its segments hold together.
/// </summary>
internal static class Segment
{
    /// <summary>Appends a segment of <paramref name="samples"/>, at least one, oldest first.</summary>
    public static void Write(ReadOnlySpan<StoredSample> samples, ByteWriter target)
    {
        target.Variable((uint)samples.Length);
        target.Int64(samples[0].Time);
        foreach (var sample in samples)
        {
            target.Variable((uint)sample.Length);
            target.Bytes(sample.Bytes);
        }
    }

    /// <summary>What can be told without reading the samples.</summary>
    /// <exception cref="InvalidDataException">The segment is damaged.</exception>
    public static (int Count, long Oldest) Head(ReadOnlySpan<byte> segment)
    {
        var reader = new ByteReader(segment);
        return ((int)reader.Variable(), reader.Int64());
    }

    /// <summary>Adds a segment's samples to <paramref name="target"/>; they stay in <paramref name="segment"/>.</summary>
    /// <exception cref="InvalidDataException">The segment is damaged.</exception>
    public static void Read(byte[] segment, List<StoredSample> target)
    {
        var reader = new ByteReader(segment);
        var count = reader.Variable();
        reader.Int64();
        for (var sample = 0u; sample < count; sample++)
        {
            var length = reader.Length();
            target.Add(StoredSample.At(segment, reader.Position, length));
            reader.Bytes(length);
        }

        if (!reader.AtEnd)
        {
            throw new InvalidDataException("bytes after a segment's last sample");
        }
    }
}
