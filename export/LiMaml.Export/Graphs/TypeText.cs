using System.Globalization;
using LiMaml.Export.Onnx;

namespace LiMaml.Export.Graphs;

/// <summary>How graph dumps write types: <c>float32 [tasks, support, 16]</c>.</summary>
internal static class TypeText
{
    /// <summary>A value's type; <c>?</c> where it is not stated.</summary>
    public static string Of(TypeProto? type) => type?.ValueCase switch
    {
        TypeProto.ValueOneofCase.TensorType => Of(type.TensorType),
        TypeProto.ValueOneofCase.SparseTensorType => $"sparse {Of(type.SparseTensorType)}",
        TypeProto.ValueOneofCase.SequenceType => $"sequence of {Of(type.SequenceType.ElemType)}",
        TypeProto.ValueOneofCase.OptionalType => $"optional {Of(type.OptionalType.ElemType)}",
        TypeProto.ValueOneofCase.MapType => $"map of {Element(type.MapType.KeyType)} to {Of(type.MapType.ValueType)}",
        _ => "?",
    };

    /// <summary>A constant's type, and the file that it lies in where that is another.</summary>
    public static string Of(TensorProto constant)
    {
        var type = $"{Element(constant.DataType)} [{string.Join(", ", constant.Dims)}]";
        var file = constant.ExternalData.FirstOrDefault(entry => entry.Key == "location")?.Value;
        return constant.DataLocation == TensorProto.Types.DataLocation.External ? $"{type} in {GraphText.Shown(file ?? "")}" : type;
    }

    /// <summary>A sparse constant's type.</summary>
    public static string Of(SparseTensorProto constant) => $"sparse {Element(constant.Values?.DataType ?? 0)} [{string.Join(", ", constant.Dims)}]";

    private static string Of(TypeProto.Types.Tensor tensor) =>
        $"{Element(tensor.ElemType)} [{(tensor.Shape is null ? "?" : string.Join(", ", tensor.Shape.Dim.Select(Axis)))}]";

    private static string Element(int number) => number == 0 ? "?" : ((OnnxElement)number).Text();

    private static string Axis(TensorShapeProto.Types.Dimension axis) => axis.ValueCase switch
    {
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam => GraphText.Shown(axis.DimParam),
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue => axis.DimValue.ToString(CultureInfo.InvariantCulture),
        _ => "?",
    };
}
