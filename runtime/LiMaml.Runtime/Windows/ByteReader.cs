using System.Buffers.Binary;
using System.Text;

namespace LiMaml.Runtime.Windows;

/// <summary>Reads what a <see cref="ByteWriter"/> wrote.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => bytes[Position..];

    public readonly bool AtEnd => Position == bytes.Length;

    public byte Byte() => Bytes(1)[0];

    public float Float32() => BinaryPrimitives.ReadSingleLittleEndian(Bytes(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    public uint Variable()
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Byte();
            value |= (next & 0x7Fu) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number that does not end");
    }

    public int Length()
    {
        var length = Variable();
        return length <= bytes.Length - Position ? (int)length : throw new InvalidDataException($"{length} bytes announced, {bytes.Length - Position} left");
    }

    public string Text() => Text(Length());

    public string Text(int length) => Encoding.UTF8.GetString(Bytes(length));

    /// <exception cref="InvalidDataException">There are not that many left.</exception>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > bytes.Length - Position)
        {
            throw new InvalidDataException($"{count} bytes expected, {bytes.Length - Position} left");
        }

        Position += count;
        return bytes.Slice(Position - count, count);
    }
}
