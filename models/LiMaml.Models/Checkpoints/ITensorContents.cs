namespace LiMaml.Models.Checkpoints;

/// <summary>Bytes of a tensor, a piece of whole elements at a time.</summary>
public delegate void TensorPiece(ReadOnlySpan<byte> bytes);

/// <summary>A dense tensor whose elements can be read one after another: in memory, or in a file that may be larger than memory.</summary>
public interface ITensorContents
{
    /// <summary>Sizes of the axes, each 0 or more; empty for a scalar.</summary>
    IReadOnlyList<long> Axes { get; }

    /// <summary>Element type as safetensors files name it: <c>F32</c>, <c>F64</c>, <c>I64</c>, <c>I32</c> or <c>U8</c>.</summary>
    string Type { get; }

    /// <summary>Size of all elements.</summary>
    long ByteCount { get; }

    /// <summary>Hands out all elements in row-major order, little-endian, in pieces of at most 4 MiB.</summary>
    void Visit(TensorPiece piece);
}
