using System.Globalization;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using static LiMaml.Models.Packages.GraphTensorNames;

namespace LiMaml.Models.Packages;

/// <summary>Which graphs a model is served by, and what goes in and out of each: decided by spec and schema alone.</summary>
public static class PackageGraphs
{
    /// <summary>
    /// How far the outputs of a graph may be from those of training, relative to max(1, |expected|). Both compute in single
    /// precision, in different orders; graphs that do what they should were measured below a tenth of it.
    /// </summary>
    public const double Tolerance = 1e-5;

    /// <summary>The graphs of <paramref name="spec"/>: the global one, then a meta and an adapt graph for each task definition.</summary>
    /// <exception cref="InvalidInputException">A feature's name makes two inputs of a graph equal.</exception>
    public static IReadOnlyList<PackageGraph> Of(ModelSpec spec, DatasetSchema schema)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(schema);
        IReadOnlyList<PackageGraph> graphs =
        [
            Global(spec, schema),
            .. spec.MetaBlocks.SelectMany(block => (PackageGraph[])[Meta(spec, block, schema), Adapt(spec, block, schema)]),
        ];
        foreach (var graph in graphs)
        {
            CheckNames(graph);
        }

        return graphs;
    }

    private static PackageGraph Global(ModelSpec spec, DatasetSchema schema) => Graph(
        "global",
        GraphKind.Global,
        null,
        [
            .. spec.MetaBlocks.Select(block => Floats(EmbeddingOf(block.Task, spec), RowsAxis, Size(block.EmbeddingSize))),
            .. Features(spec.Global.Features, schema, name => name, RowsAxis),
        ],
        spec.Label is not LabelKind.Real
            ? [Output(Logit, RowsAxis, "1"), Output(Probability, RowsAxis, "1")]
            : [Output(Prediction, RowsAxis, "1")]);

    private static PackageGraph Meta(ModelSpec spec, MetaBlockSpec block, DatasetSchema schema) => Graph(
        Name("meta", block, spec),
        GraphKind.Meta,
        block.Task,
        [.. Features(block.Features, schema, name => name, TasksAxis)],
        [Output(MetaEmbedding, TasksAxis, Size(block.EmbeddingSize))]);

    private static PackageGraph Adapt(ModelSpec spec, MetaBlockSpec block, DatasetSchema schema) => Graph(
        Name("adapt", block, spec),
        GraphKind.Adapt,
        block.Task,
        [
            .. block.Kind is MetaBlockKind.IdEmbedding ? [] : Features(block.Features, schema, SupportMeta, TasksAxis, SupportAxis),
            .. Features(spec.SupportFeatures(block), schema, Support, TasksAxis, SupportAxis),
            .. spec.MetaBlocks.Where(other => other.Task != block.Task)
                .Select(other => Floats(SupportEmbeddingOf(other.Task), TasksAxis, SupportAxis, Size(other.EmbeddingSize))),
            Floats(SupportLabel, TasksAxis, SupportAxis),
            Floats(SupportWeight, TasksAxis, SupportAxis),
            .. block.Kind is MetaBlockKind.Transformer ? [Floats(SupportPosition, TasksAxis, SupportAxis), Floats(SupportElapsed, TasksAxis, SupportAxis)] : Array.Empty<GraphInput>(),
            .. Features(block.Features, schema, Latest, TasksAxis),
        ],
        [
            Output(MetaEmbedding, TasksAxis, Size(block.EmbeddingSize)),
            Output(LossBefore, TasksAxis),
            Output(LossAfter, TasksAxis),
            .. spec.MetaBlocks.Count == 1 ? Array.Empty<GraphOutput>() : [Output(StartingEmbedding, TasksAxis, Size(block.EmbeddingSize))],
        ]);

    private static PackageGraph Graph(string name, GraphKind kind, string? task, IReadOnlyList<GraphInput> inputs, IReadOnlyList<GraphOutput> outputs) =>
        new(name, kind, $"{name}/1/model.onnx", inputs, outputs, task);

    private static string Name(string kind, MetaBlockSpec block, ModelSpec spec) => spec.MetaBlocks.Count == 1 ? kind : $"{kind}-{block.Task}";

    private static IEnumerable<GraphInput> Features(IEnumerable<string> features, DatasetSchema schema, Func<string, string> name, params string[] axes) =>
        Parameters.Layout(features, schema).Inputs.Select(input => new GraphInput(name(input.Name), input.Kind, [.. axes, Size(input.Width)], input.Features));

    private static GraphInput Floats(string name, params string[] axes) => new(name, ElementKind.Float32, axes, []);

    private static GraphOutput Output(string name, params string[] axes) => new(name, ElementKind.Float32, axes, Tolerance);

    private static string Size(int size) => size.ToString(CultureInfo.InvariantCulture);

    private static void CheckNames(PackageGraph graph) => Expect.Unique(
        graph.Inputs.Select(input => input.Name).Concat(graph.Outputs.Select(output => output.Name)),
        StringComparer.Ordinal,
        $"inputs and outputs of graph '{graph.Name}', named after features");
}
