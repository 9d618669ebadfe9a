using LiMaml.Export.Onnx;
using LiMaml.Models.Network;

namespace LiMaml.Export.Graphs;

/// <summary>Element types of the values in a graph, numbered as in the ONNX specification.</summary>
internal enum OnnxElement
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
    /// <summary>The element type of a block's input.</summary>
    public static OnnxElement ToOnnx(this ElementKind kind) => kind switch
    {
        ElementKind.Float32 => OnnxElement.Float32,
        ElementKind.Int64 => OnnxElement.Int64,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not an element type of a graph"),
    };

    /// <summary>The name in graph dumps and messages: <c>float32</c>, <c>int64</c>, <c>bool</c>.</summary>
    public static string Text(this OnnxElement element) => element switch
    {
        OnnxElement.Float32 => "float32",
        OnnxElement.Int64 => "int64",
        OnnxElement.Bool => "bool",
        _ => $"type {(int)element}",
    };
}
