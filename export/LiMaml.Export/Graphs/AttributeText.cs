using System.Globalization;
using System.Text;
using Google.Protobuf;
using LiMaml.Export.Onnx;
using Kind = LiMaml.Export.Onnx.AttributeProto.Types.AttributeType;

namespace LiMaml.Export.Graphs;

/// <summary>How graph dumps write attributes: <c>axis=1</c>. Long lists and texts end in <c>…</c>.</summary>
internal static class AttributeText
{
    private const int MostElements = 16;
    private const int MostCharacters = 60;

    /// <summary>Name and value; graphs are only named here, tensors are given by their types.</summary>
    public static string Of(AttributeProto attribute) =>
        $"{GraphText.Shown(attribute.Name)}={(attribute.RefAttrName.Length > 0 ? $"@{GraphText.Shown(attribute.RefAttrName)}" : Value(attribute))}";

    private static string Value(AttributeProto attribute) => attribute.Type switch
    {
        Kind.Float => Number(attribute.F),
        Kind.Int => Integer(attribute.I),
        Kind.String => Text(attribute.S),
        Kind.Tensor => Tensor(attribute.T),
        Kind.Graph => Graph(attribute.G),
        Kind.SparseTensor => Sparse(attribute.SparseTensor),
        Kind.TypeProto => TypeText.Of(attribute.Tp),
        Kind.Floats => List(attribute.Floats, Number),
        Kind.Ints => List(attribute.Ints, Integer),
        Kind.Strings => List(attribute.Strings, Text),
        Kind.Tensors => List(attribute.Tensors, Tensor),
        Kind.Graphs => List(attribute.Graphs, Graph),
        Kind.SparseTensors => List(attribute.SparseTensors, Sparse),
        Kind.TypeProtos => List(attribute.TypeProtos, TypeText.Of),
        _ => "?",
    };

    private static string List<T>(IReadOnlyList<T> elements, Func<T, string> text) =>
        $"[{string.Join(", ", elements.Take(MostElements).Select(text))}{(elements.Count > MostElements ? $", … {elements.Count} in all" : "")}]";

    private static string Number(float number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Integer(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Tensor(TensorProto? tensor) => tensor is null ? "?" : $"tensor {TypeText.Of(tensor)}";

    private static string Sparse(SparseTensorProto? tensor) => tensor is null ? "?" : TypeText.Of(tensor);

    private static string Graph(GraphProto? graph) => graph is null ? "?" : $"graph {GraphText.Shown(graph.Name)}";

    private static string Text(ByteString bytes)
    {
        var text = Encoding.UTF8.GetString(bytes.Span[..Math.Min(bytes.Length, MostCharacters)]);
        return $"\"{(text.Length == 0 ? "" : GraphText.Shown(text))}{(bytes.Length > MostCharacters ? "…" : "")}\"";
    }
}
