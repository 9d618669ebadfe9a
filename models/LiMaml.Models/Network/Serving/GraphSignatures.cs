using System.Globalization;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using static LiMaml.Models.Network.Serving.GraphTensorNames;

namespace LiMaml.Models.Network.Serving;

/// <summary>Which graphs a model is served by, and what goes in and out of each.</summary>
public static class GraphSignatures
{
    /// <summary>The graphs of <paramref name="spec"/>: the global one, then a meta and an adapt graph for each task definition.</summary>
    /// <exception cref="InvalidInputException">A feature's name makes two inputs of a graph equal.</exception>
    public static IReadOnlyList<GraphSignature> Of(ModelSpec spec, DatasetSchema schema)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(schema);
        IReadOnlyList<GraphSignature> signatures =
        [
            Global(spec, schema),
            .. spec.MetaBlocks.SelectMany(block => (GraphSignature[])[Meta(spec, block, schema), Adapt(spec, block, schema)]),
        ];
        foreach (var signature in signatures)
        {
            CheckDistinct(signature);
        }

        return signatures;
    }

    private static GraphSignature Global(ModelSpec spec, DatasetSchema schema) => new(
        "global",
        GraphKind.Global,
        null,
        [
            .. spec.MetaBlocks.Select(block => Floats(EmbeddingOf(block.Task, spec), RowsAxis, Size(block.EmbeddingSize))),
            .. Inputs(spec.Global.Features, schema, name => name, RowsAxis),
        ],
        spec.Label is LabelKind.Binary
            ? [Floats(Logit, RowsAxis, "1"), Floats(Probability, RowsAxis, "1")]
            : [Floats(Prediction, RowsAxis, "1")]);

    private static GraphSignature Meta(ModelSpec spec, MetaBlockSpec block, DatasetSchema schema) => new(
        Name("meta", block, spec),
        GraphKind.Meta,
        block.Task,
        [.. Inputs(block.Features, schema, name => name, TasksAxis)],
        [Floats(MetaEmbedding, TasksAxis, Size(block.EmbeddingSize))]);

    private static GraphSignature Adapt(ModelSpec spec, MetaBlockSpec block, DatasetSchema schema) => new(
        Name("adapt", block, spec),
        GraphKind.Adapt,
        block.Task,
        [
            .. block.Kind is MetaBlockKind.IdEmbedding ? [] : Inputs(block.Features, schema, SupportMeta, TasksAxis, SupportAxis),
            .. Inputs(spec.Global.Features, schema, Support, TasksAxis, SupportAxis),
            .. spec.MetaBlocks.Where(other => other.Task != block.Task)
                .Select(other => Floats(SupportEmbeddingOf(other.Task), TasksAxis, SupportAxis, Size(other.EmbeddingSize))),
            Floats(SupportLabel, TasksAxis, SupportAxis),
            Floats(SupportWeight, TasksAxis, SupportAxis),
            .. Inputs(block.Features, schema, Latest, TasksAxis),
        ],
        [Floats(MetaEmbedding, TasksAxis, Size(block.EmbeddingSize)), Floats(LossBefore, TasksAxis), Floats(LossAfter, TasksAxis)]);

    private static string Name(string kind, MetaBlockSpec block, ModelSpec spec) => spec.MetaBlocks.Count == 1 ? kind : $"{kind}-{block.Task}";

    private static IEnumerable<GraphTensor> Inputs(IEnumerable<string> features, DatasetSchema schema, Func<string, string> name, params string[] axes) =>
        Parameters.Layout(features, schema).Inputs.Select(input => new GraphTensor(name(input.Name), input.Kind, [.. axes, Size(input.Width)], input.Features));

    private static GraphTensor Floats(string name, params string[] axes) => new(name, ElementKind.Float32, axes, []);

    private static string Size(int size) => size.ToString(CultureInfo.InvariantCulture);

    private static void CheckDistinct(GraphSignature signature)
    {
        var names = new HashSet<string>();
        foreach (var tensor in signature.Inputs.Concat(signature.Outputs))
        {
            if (!names.Add(tensor.Name))
            {
                throw new InvalidInputException(
                    $"graph '{signature.Name}'", $"two inputs or outputs called '{tensor.Name}'", "features whose names differ from those of a graph's other inputs");
            }
        }
    }
}
