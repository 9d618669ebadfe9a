namespace LiMaml.Runtime.Windows;

/// <summary>
/// A sample as <see cref="SampleCodec"/> wrote it, in someone's buffer: enough of it read to order it and to tell it from
/// others. Ordered by (event time, event id, layout, content), texts by their UTF-8 bytes.
/// </summary>
internal readonly struct StoredSample : IComparable<StoredSample>
{
    private readonly byte[] buffer;
    private readonly int start;
    private readonly int idStart;
    private readonly int idLength;

    private StoredSample(byte[] buffer, int start, int length, ulong layout, long time, int idStart, int idLength)
    {
        (this.buffer, this.start, Length, Layout, Time, this.idStart, this.idLength) = (buffer, start, length, layout, time, idStart, idLength);
    }

    /// <summary>Bytes of the whole sample.</summary>
    public int Length { get; }

    /// <summary>The hash of the layout it was written by.</summary>
    public ulong Layout { get; }

    /// <summary>Event time, microseconds since 1970 UTC.</summary>
    public long Time { get; }

    /// <summary>Whose bytes these are.</summary>
    public byte[] Buffer => buffer;

    /// <summary>The whole sample.</summary>
    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(start, Length);

    /// <summary>The event id in UTF-8.</summary>
    public ReadOnlySpan<byte> Id => buffer.AsSpan(idStart, idLength);

    /// <summary>Label, weight, keys and features.</summary>
    public ReadOnlySpan<byte> Content => buffer.AsSpan(idStart + idLength, start + Length - idStart - idLength);

    /// <summary>The sample at <paramref name="start"/>.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static StoredSample At(byte[] buffer, int start, int length)
    {
        var reader = new ByteReader(buffer.AsSpan(start, length));
        var layout = (ulong)reader.Int64();
        var time = reader.Int64();
        var idLength = reader.Length();
        return new StoredSample(buffer, start, length, layout, time, start + reader.Position, idLength);
    }

    public int CompareTo(StoredSample other)
    {
        var order = Time.CompareTo(other.Time);
        order = order != 0 ? order : Id.SequenceCompareTo(other.Id);
        order = order != 0 ? order : Layout.CompareTo(other.Layout);
        return order != 0 ? order : Content.SequenceCompareTo(other.Content);
    }

    /// <summary>Equality of ids.</summary>
    public sealed class IdComparer : IEqualityComparer<StoredSample>
    {
        public static IdComparer Instance { get; } = new();

        public bool Equals(StoredSample x, StoredSample y) => x.Id.SequenceEqual(y.Id);

        public int GetHashCode(StoredSample sample)
        {
            var hash = new HashCode();
            hash.AddBytes(sample.Id);
            return hash.ToHashCode();
        }
    }
}
