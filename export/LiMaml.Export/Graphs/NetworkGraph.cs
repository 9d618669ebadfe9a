using System.Globalization;
using LiMaml.Export.Graphs.Operators;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Export.Graphs;

/// <summary>Records the graphs of a model package: the network over symbols instead of tensors.</summary>
/// <param name="spec">The model.</param>
/// <param name="schema">The features it reads.</param>
/// <param name="weight">The elements of a declared parameter, by name and shape.</param>
/// <param name="profile">Which runtimes the graphs are for.</param>
internal sealed class NetworkGraph(
    ModelSpec spec, DatasetSchema schema, Func<string, long[], ITensorContents> weight, ExportProfile profile = ExportProfile.Default)
{
    private readonly Dictionary<string, long[]> shapes =
        Parameters.Declare(spec, schema).ToDictionary(declaration => declaration.Name, declaration => declaration.Shape.ToArray());

    /// <summary>The graph that <paramref name="described"/> tells of, with <paramref name="metadata"/> in its file.</summary>
    public OnnxModel Build(PackageGraph described, IReadOnlyDictionary<string, string> metadata)
    {
        var graph = new GraphBuilder(described.Name, profile);
        var inputs = described.Inputs.ToDictionary(input => input.Name, input => graph.Input(input.Name, input.Kind.ToOnnx(), [.. input.Axes.Select(Axis)]));
        var weights = new Dictionary<string, OnnxValue>();
        OnnxValue Parameter(string name) =>
            weights.TryGetValue(name, out var known) ? known : weights[name] = graph.Weight(name, weight(name, shapes[name]));

        var network = new ServedNetwork<OnnxValue>(spec, schema, OnnxAlgebra.For(graph), Parameter);
        var outputs = network.Evaluate(described, inputs);
        foreach (var output in described.Outputs)
        {
            var value = described.Kind is GraphKind.Adapt && output.Name is (GraphTensorNames.MetaEmbedding or GraphTensorNames.StartingEmbedding)
                ? WhereSupported(graph, inputs[GraphTensorNames.SupportWeight], outputs[output.Name], network.Unadapted(described.Task!, inputs))
                : outputs[output.Name];
            Declare(graph, output, value);
        }

        return graph.Build(metadata);
    }

    /// <summary>
    /// A task without support keeps the unadapted embedding. It follows from the mathematics, but runtimes do not: ONNX
    /// Runtime leaves a product over an empty axis unset for all but the first task of a batch.
    /// </summary>
    private static OnnxValue WhereSupported(GraphBuilder graph, OnnxValue supportWeight, OnnxValue adapted, OnnxValue unadapted) =>
        graph.Where(graph.Greater(graph.ReduceSum(supportWeight, 1, keepAxis: true), graph.Constant([0], 1)), adapted, unadapted);

    private static void Declare(GraphBuilder graph, GraphOutput output, OnnxValue value)
    {
        var shape = new OnnxShape([.. output.Axes.Select(Axis)]);
        if (!value.Shape.Equals(shape))
        {
            throw new InvalidOperationException($"output '{output.Name}' of graph '{graph.Name}' was recorded as {value}, the package says {shape}");
        }

        graph.Output(output.Name, value);
    }

    private static OnnxAxis Axis(string axis) =>
        long.TryParse(axis, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? OnnxAxis.Fixed(size) : OnnxAxis.Named(axis);
}
