using System.Runtime.InteropServices;

namespace LiMaml.Models.Checkpoints;

/// <summary>The element types of safetensors files that LiMaml uses.</summary>
internal static class TensorTypes
{
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

    /// <summary>The array's memory; files and processors are little-endian alike.</summary>
    public static Span<byte> Bytes(Array data) => data switch
    {
        float[] values => MemoryMarshal.AsBytes(values.AsSpan()),
        double[] values => MemoryMarshal.AsBytes(values.AsSpan()),
        long[] values => MemoryMarshal.AsBytes(values.AsSpan()),
        int[] values => MemoryMarshal.AsBytes(values.AsSpan()),
        _ => (byte[])data,
    };
}
