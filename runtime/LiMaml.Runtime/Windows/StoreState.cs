namespace LiMaml.Runtime.Windows;

/// <summary>What a store knows besides samples; written with every batch.</summary>
/// <param name="NextOffset">The offset to read next.</param>
/// <param name="Watermark">The largest event time seen, microseconds since 1970 UTC.</param>
/// <param name="Sequence">The last number given to a journal entry or a segment.</param>
/// <param name="Counts">What became of the events.</param>
internal sealed record StoreState(long? NextOffset, long? Watermark, ulong Sequence, WindowCounts Counts)
{
    private const byte FormatVersion = 1;

    /// <summary>Of a store without events.</summary>
    public static StoreState Empty { get; } = new(null, null, 0, new WindowCounts(0, 0, 0, 0, 0));

    public StoreState Add(DroppedSamples dropped) => this with
    {
        Counts = Counts with
        {
            Duplicate = Counts.Duplicate + dropped.Duplicate,
            Displaced = Counts.Displaced + dropped.Displaced,
            Expired = Counts.Expired + dropped.Expired,
        },
    };

    public byte[] ToBytes()
    {
        var bytes = new ByteWriter(96);
        bytes.Byte(FormatVersion);
        long[] numbers = [NextOffset ?? -1, Watermark ?? long.MinValue, (long)Sequence, Counts.Consumed, Counts.Late, Counts.Duplicate, Counts.Displaced, Counts.Expired];
        foreach (var number in numbers)
        {
            bytes.Int64(number);
        }

        return bytes.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are damaged, or another version's.</exception>
    public static StoreState Of(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var version = reader.Byte();
        if (version != FormatVersion)
        {
            throw new InvalidDataException($"found format version {version}, expected {FormatVersion}");
        }

        var (offset, watermark, sequence) = (reader.Int64(), reader.Int64(), reader.Int64());
        return new StoreState(
            offset < 0 ? null : offset,
            watermark == long.MinValue ? null : watermark,
            (ulong)sequence,
            new WindowCounts(reader.Int64(), reader.Int64(), reader.Int64(), reader.Int64(), reader.Int64()));
    }
}
