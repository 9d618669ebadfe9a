using System.Runtime.InteropServices;

namespace LiMaml.Models.Checkpoints;

/// <summary>The element types of safetensors files that LiMaml uses.</summary>
internal static class TensorTypes
{
    /// <summary>Most bytes that are handed out at a time: arrays may have more than a span of bytes.</summary>
    public const int PieceBytes = 1 << 22;

    public const string All = "F32, F64, I64, I32 or U8";

    /// <summary>The type's name in files, or the .NET name where there is none.</summary>
    public static string Name(Array data) => data switch
    {
        float[] => "F32",
        double[] => "F64",
        long[] => "I64",
        int[] => "I32",
        byte[] => "U8",
        _ => data.GetType().Name,
    };

    /// <summary>Bytes of one element, or 0 for a type that is not known.</summary>
    public static int SizeOf(string name) => name switch
    {
        "F64" or "I64" => 8,
        "F32" or "I32" => 4,
        "U8" => 1,
        _ => 0,
    };

    public static Array Allocate(string name, int count) => name switch
    {
        "F32" => new float[count],
        "F64" => new double[count],
        "I64" => new long[count],
        "I32" => new int[count],
        _ => new byte[count],
    };

    /// <summary>The array's memory, a piece of whole elements at a time; files and processors are little-endian alike.</summary>
    public static void Visit(Array data, MemoryPiece piece)
    {
        switch (data)
        {
            case float[] values:
                Visit(values.AsSpan(), piece);
                break;
            case double[] values:
                Visit(values.AsSpan(), piece);
                break;
            case long[] values:
                Visit(values.AsSpan(), piece);
                break;
            case int[] values:
                Visit(values.AsSpan(), piece);
                break;
            default:
                Visit(((byte[])data).AsSpan(), piece);
                break;
        }
    }

    private static void Visit<T>(Span<T> values, MemoryPiece piece)
        where T : unmanaged
    {
        while (values.Length > 0)
        {
            var count = Math.Min(values.Length, PieceBytes / Marshal.SizeOf<T>());
            piece(MemoryMarshal.AsBytes(values[..count]));
            values = values[count..];
        }
    }

    /// <summary>A part of an array, to be read or filled.</summary>
    internal delegate void MemoryPiece(Span<byte> bytes);
}
