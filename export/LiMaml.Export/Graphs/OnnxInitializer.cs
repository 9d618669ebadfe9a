using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;
using LiMaml.Export.Onnx;
using LiMaml.Models.Checkpoints;

namespace LiMaml.Export.Graphs;

/// <summary>A constant of a graph: a value and its elements, which may lie in a file until they are written.</summary>
internal sealed class OnnxInitializer
{
    private const int ChunkElements = 1 << 20;
    private readonly ITensorContents contents;

    /// <summary>A constant of <paramref name="contents"/>, which are not copied.</summary>
    public OnnxInitializer(OnnxValue value, ITensorContents contents)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("graphs are written on little-endian processors only");
        }

        Value = value;
        this.contents = contents;
    }

    /// <summary>The symbol that stands for it.</summary>
    public OnnxValue Value { get; }

    /// <summary>Size in a file, in bytes.</summary>
    public long ByteCount => contents.ByteCount;

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

    /// <summary>Writes the elements in little-endian order, piece by piece: tables may be larger than memory.</summary>
    public void WriteTo(Stream target) => contents.Visit(target.Write);
}
