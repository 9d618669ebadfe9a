using System.Globalization;
using System.Text;
using LiMaml.Export.Onnx;
using LiMaml.Models;

namespace LiMaml.Export.Graphs;

/// <summary>
/// Writes graphs for people: a line for each input, constant, operation and output, with types and shapes; graphs within
/// operations (branches, loops) are indented below them. A type or size that the file does not state is <c>?</c>.
/// </summary>
public static class GraphText
{
    /// <summary>The text of the ONNX model at <paramref name="path"/>, of any origin. Constants in other files are named, not read.</summary>
    /// <exception cref="InvalidInputException">There is no such file, or it is not an ONNX model, or only a part of one.</exception>
    public static string OfFile(string path) => Write(OnnxFile.Read(path));

    /// <summary>The text of a model that was built here.</summary>
    public static string Of(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Write(model.Describe());
    }

    internal static string Write(ModelProto model)
    {
        var text = new StringBuilder();
        var opset = string.Join(", ", model.OpsetImport.Select(import => import.Domain.Length == 0 ? $"{import.Version}" : $"{Shown(import.Domain)} {import.Version}"));
        text.Append(CultureInfo.InvariantCulture, $"graph {Shown(model.Graph.Name)} (opset {opset}, IR {model.IrVersion})\n");
        foreach (var entry in model.MetadataProps)
        {
            text.Append(CultureInfo.InvariantCulture, $"  metadata {Shown(entry.Key)}: {Shown(entry.Value)}\n");
        }

        AppendGraph(text, model.Graph, "  ");
        foreach (var function in model.Functions)
        {
            text.Append(CultureInfo.InvariantCulture, $"function {Operator(function.Domain, function.Name)}({Names(function.Input.Concat(function.Attribute))}) -> {Names(function.Output)}\n");
            AppendNodes(text, function.Node, [], "  ");
        }

        return text.ToString();
    }

    private static void AppendGraph(StringBuilder text, GraphProto graph, string indent)
    {
        var types = new Dictionary<string, string>();
        foreach (var value in graph.ValueInfo.Concat(graph.Output))
        {
            types[value.Name] = TypeText.Of(value.Type);
        }

        foreach (var input in graph.Input)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}input {Shown(input.Name)}: {TypeText.Of(input.Type)}\n");
        }

        foreach (var constant in graph.Initializer)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}constant {Shown(constant.Name)}: {TypeText.Of(constant)}\n");
        }

        foreach (var constant in graph.SparseInitializer)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}constant {Shown(constant.Values?.Name ?? "")}: {TypeText.Of(constant)}\n");
        }

        AppendNodes(text, graph.Node, types, indent);
        text.Append(CultureInfo.InvariantCulture, $"{indent}output {Names(graph.Output.Select(output => output.Name))}\n");
    }

    private static void AppendNodes(StringBuilder text, IEnumerable<NodeProto> nodes, Dictionary<string, string> types, string indent)
    {
        foreach (var node in nodes)
        {
            var arguments = node.Input.Select(Shown).Concat(node.Attribute.Select(AttributeText.Of));
            var outputs = string.Join(", ", node.Output.Select(output => types.GetValueOrDefault(output, "?")));
            text.Append(CultureInfo.InvariantCulture, $"{indent}{Names(node.Output)} = {Operator(node.Domain, node.OpType)}({string.Join(", ", arguments)}): {outputs}\n");
            foreach (var (name, graph) in node.Attribute.SelectMany(Subgraphs))
            {
                text.Append(CultureInfo.InvariantCulture, $"{indent}  {Shown(name)}: graph {Shown(graph.Name)}\n");
                AppendGraph(text, graph, indent + "    ");
            }
        }
    }

    private static IEnumerable<(string Name, GraphProto Graph)> Subgraphs(AttributeProto attribute) =>
        (attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G)).Select(graph => (attribute.Name, graph));

    private static string Operator(string domain, string name) => domain.Length == 0 ? Shown(name) : $"{Shown(domain)}.{Shown(name)}";

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Shown));

    /// <summary>A name as it may be printed: none for an argument left out is <c>-</c>, and nothing steers a terminal.</summary>
    internal static string Shown(string name) =>
        name.Length == 0 ? "-" : name.Any(char.IsControl) ? string.Concat(name.Select(character => char.IsControl(character) ? '\uFFFD' : character)) : name;
}
