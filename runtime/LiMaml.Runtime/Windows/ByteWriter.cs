using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LiMaml.Runtime.Windows;

/// <summary>A growing buffer of bytes: little-endian numbers, numbers of variable length (LEB128), text with its length.</summary>
internal sealed class ByteWriter(int capacity = 256)
{
    private byte[] buffer = new byte[capacity];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written; they move when more are.</summary>
    public Span<byte> Written => buffer.AsSpan(0, Length);

    /// <summary>The array behind <see cref="Written"/>.</summary>
    public byte[] Array => buffer;

    /// <summary>Forgets what was written; the array is used again.</summary>
    public void Clear() => Length = 0;

    /// <summary>Takes back what was written after <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => Length = length;

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void Float32(float value) => BinaryPrimitives.WriteSingleLittleEndian(Reserve(4), value);

    public void Float32(ReadOnlySpan<float> values)
    {
        var room = Reserve(values.Length * sizeof(float));
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(room);
            return;
        }

        for (var place = 0; place < values.Length; place++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(room[(place * sizeof(float))..], values[place]);
        }
    }

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), value);

    /// <summary>8 bytes whose order is the numbers' order.</summary>
    public void Sorted(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);

    public void Variable(uint value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    /// <summary>UTF-8, after (length &lt;&lt; <paramref name="shift"/>) + <paramref name="add"/>.</summary>
    public void Text(string text, int shift = 0, uint add = 0)
    {
        // Most text is short and ASCII: then its length takes one byte and needs no counting beforehand.
        var start = Length;
        var room = Reserve(1 + (3 * text.Length));
        if (System.Text.Ascii.FromUtf16(text, room[1..], out var written) == System.Buffers.OperationStatus.Done && ((uint)written << shift) + add < 0x80)
        {
            room[0] = (byte)(((uint)written << shift) + add);
            Length = start + 1 + written;
            return;
        }

        Length = start;
        var count = Encoding.UTF8.GetByteCount(text);
        Variable(((uint)count << shift) + add);
        Encoding.UTF8.GetBytes(text, Reserve(count));
    }

    /// <summary>UTF-8, after (length &lt;&lt; <paramref name="shift"/>) + <paramref name="add"/>.</summary>
    public void Text(ReadOnlySpan<byte> utf8, int shift = 0, uint add = 0)
    {
        Variable(((uint)utf8.Length << shift) + add);
        Bytes(utf8);
    }

    /// <summary>Room for <paramref name="count"/> bytes, to be filled before anything else is written.</summary>
    public Span<byte> Reserve(int count)
    {
        if (buffer.Length - Length < count)
        {
            System.Array.Resize(ref buffer, Math.Max(checked(Length + count), (int)Math.Min(System.Array.MaxLength, 2L * buffer.Length)));
        }

        Length += count;
        return buffer.AsSpan(Length - count, count);
    }
}
