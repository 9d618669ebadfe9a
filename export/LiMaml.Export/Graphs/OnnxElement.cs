using LiMaml.Export.Onnx;
using LiMaml.Models.Network;

namespace LiMaml.Export.Graphs;

/// <summary>Element types of the values in a graph, numbered as in the ONNX specification.</summary>
public enum OnnxElement
{
    /// <summary>IEEE 754 single precision.</summary>
    Float32 = TensorProto.Types.DataType.Float,

    /// <summary>64-bit signed integer.</summary>
    Int64 = TensorProto.Types.DataType.Int64,

    /// <summary>What a comparison yields.</summary>
    Bool = TensorProto.Types.DataType.Bool,
}

/// <summary>How element types are written and where they come from.</summary>
internal static class OnnxElements
{
    // By the specification's numbers, from 1.
    private static readonly string[] Names =
    [
        "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32",
        "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz",
        "uint4", "int4", "float4e2m1", "float8e8m0",
    ];

    /// <summary>The element type of a block's input.</summary>
    public static OnnxElement ToOnnx(this ElementKind kind) => kind switch
    {
        ElementKind.Float32 => OnnxElement.Float32,
        ElementKind.Int64 => OnnxElement.Int64,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not an element type of a graph"),
    };

    /// <summary>The name in graph dumps and messages: <c>float32</c>, <c>int64</c>, <c>bool</c>, and those of all other types of the specification.</summary>
    public static string Text(this OnnxElement element) =>
        (int)element > 0 && (int)element <= Names.Length ? Names[(int)element - 1] : $"type {(int)element}";
}
