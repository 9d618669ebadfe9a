using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;
using LiMaml.Export.Onnx;

namespace LiMaml.Export.Graphs;

/// <summary>A constant of a graph: a value and its elements, row by row.</summary>
internal sealed class OnnxInitializer
{
    private const int ChunkElements = 1 << 20;
    private readonly Array elements;

    private OnnxInitializer(OnnxValue value, Array elements)
    {
        Value = value;
        this.elements = elements;
    }

    /// <summary>The symbol that stands for it.</summary>
    public OnnxValue Value { get; }

    /// <summary>Size in a file, in bytes.</summary>
    public long ByteCount => elements.LongLength * (Value.Element == OnnxElement.Float32 ? sizeof(float) : sizeof(long));

    /// <summary>A constant of <paramref name="elements"/>, which are not copied.</summary>
    public static OnnxInitializer Of<TElement>(OnnxValue value, TElement[] elements)
        where TElement : unmanaged =>
        BitConverter.IsLittleEndian
            ? new OnnxInitializer(value, elements)
            : throw new PlatformNotSupportedException("graphs are written on little-endian processors only");

    /// <summary>What is equal for equal constants only: element type, shape and a digest of the elements.</summary>
    public static string Fingerprint<TElement>(OnnxElement element, OnnxShape shape, ReadOnlySpan<TElement> elements)
        where TElement : unmanaged
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var start = 0; start < elements.Length; start += ChunkElements)
        {
            digest.AppendData(MemoryMarshal.AsBytes(elements.Slice(start, Math.Min(ChunkElements, elements.Length - start))));
        }

        return $"{element} {shape} {Convert.ToHexStringLower(digest.GetHashAndReset())}";
    }

    /// <summary>Name, element type and shape, without the elements.</summary>
    public TensorProto Describe() => new()
    {
        Name = Value.Name,
        DataType = (int)Value.Element,
        Dims = { Value.Shape.Axes.Select(axis => axis.Size) },
    };

    /// <summary>The constant with its elements.</summary>
    /// <exception cref="OverflowException">There are more than fit a message.</exception>
    public TensorProto ToProto()
    {
        using var bytes = new MemoryStream(checked((int)ByteCount));
        WriteTo(bytes);
        var tensor = Describe();
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes.GetBuffer().AsMemory(0, checked((int)ByteCount)));
        return tensor;
    }

    /// <summary>Writes the elements in little-endian order, piece by piece: tables may be larger than a span of bytes.</summary>
    public void WriteTo(Stream target)
    {
        switch (elements)
        {
            case float[] floats:
                Write<float>(floats, target);
                break;
            case long[] integers:
                Write<long>(integers, target);
                break;
            default:
                throw new InvalidOperationException($"a constant of {elements.GetType()} cannot be written");
        }
    }

    private static void Write<TElement>(ReadOnlySpan<TElement> elements, Stream target)
        where TElement : unmanaged
    {
        for (var start = 0; start < elements.Length; start += ChunkElements)
        {
            target.Write(MemoryMarshal.AsBytes(elements.Slice(start, Math.Min(ChunkElements, elements.Length - start))));
        }
    }
}
