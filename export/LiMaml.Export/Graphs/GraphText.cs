using System.Globalization;
using System.Text;
using LiMaml.Export.Onnx;

namespace LiMaml.Export.Graphs;

/// <summary>Writes a graph for people: a line for each input, constant, operation and output, with types and shapes.</summary>
internal static class GraphText
{
    /// <summary>The text of <paramref name="model"/>, of any origin; a shape that the file does not state is <c>?</c>.</summary>
    public static string Write(ModelProto model)
    {
        var graph = model.Graph;
        var types = graph.ValueInfo.Concat(graph.Output).ToDictionary(value => value.Name, value => TypeText(value.Type));
        var text = new StringBuilder();
        var opset = string.Join(", ", model.OpsetImport.Select(import => $"{import.Domain}{(import.Domain.Length > 0 ? " " : "")}{import.Version}"));
        text.Append(CultureInfo.InvariantCulture, $"graph {graph.Name} (opset {opset}, IR {model.IrVersion})\n");
        foreach (var input in graph.Input)
        {
            text.Append(CultureInfo.InvariantCulture, $"  input {input.Name}: {TypeText(input.Type)}\n");
        }

        foreach (var tensor in graph.Initializer)
        {
            text.Append(CultureInfo.InvariantCulture, $"  constant {tensor.Name}: {((OnnxElement)tensor.DataType).Text()} [{string.Join(", ", tensor.Dims)}]\n");
        }

        foreach (var node in graph.Node)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {string.Join(", ", node.Output)} = {Call(node)}: {types.GetValueOrDefault(node.Output[0], "?")}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"  output {string.Join(", ", graph.Output.Select(output => output.Name))}\n").ToString();
    }

    private static string Call(NodeProto node) =>
        $"{node.OpType}({string.Join(", ", node.Input.Concat(node.Attribute.Select(AttributeText)))})";

    private static string AttributeText(AttributeProto attribute) => attribute.Type switch
    {
        AttributeProto.Types.AttributeType.Int => $"{attribute.Name}={attribute.I}",
        AttributeProto.Types.AttributeType.Ints => $"{attribute.Name}=[{string.Join(", ", attribute.Ints)}]",
        AttributeProto.Types.AttributeType.Float => string.Create(CultureInfo.InvariantCulture, $"{attribute.Name}={attribute.F}"),
        _ => $"{attribute.Name}=…",
    };

    private static string TypeText(TypeProto type)
    {
        var tensor = type.TensorType;
        var axes = tensor.Shape is null ? "?" : string.Join(", ", tensor.Shape.Dim.Select(AxisText));
        return $"{((OnnxElement)tensor.ElemType).Text()} [{axes}]";
    }

    private static string AxisText(TensorShapeProto.Types.Dimension axis) =>
        axis.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam ? axis.DimParam : axis.DimValue.ToString(CultureInfo.InvariantCulture);
}
