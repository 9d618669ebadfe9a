using LiMaml.Models.Network;
using LiMaml.Models.Network.Sequences;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using static LiMaml.Models.Packages.GraphTensorNames;

namespace LiMaml.Models.Packages;

/// <summary>
/// What each graph of a package computes, over any algebra: export records it, and training evaluates it on the same
/// inputs to say what the graphs must give.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="spec">The model.</param>
/// <param name="schema">The features it reads.</param>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="parameter">The tensor of a declared parameter.</param>
internal sealed class ServedNetwork<T>(ModelSpec spec, DatasetSchema schema, ITensorAlgebra<T> algebra, Func<string, T> parameter)
    where T : class
{
    private readonly Network<T> network = new(spec, schema, algebra, parameter);

    /// <summary>The outputs of <paramref name="graph"/> for <paramref name="inputs"/>, by name.</summary>
    public IReadOnlyDictionary<string, T> Evaluate(PackageGraph graph, IReadOnlyDictionary<string, T> inputs) => graph.Kind switch
    {
        GraphKind.Global => Score(inputs),
        GraphKind.Meta => new Dictionary<string, T> { [MetaEmbedding] = Embed(graph.Task!, inputs) },
        GraphKind.Adapt => Adapt(graph.Task!, inputs),
        _ => throw new ArgumentOutOfRangeException(nameof(graph), graph.Kind, "not a kind of graph"),
    };

    /// <summary>The unadapted meta embedding [tasks, embedding] of each task's most recent sample in <paramref name="inputs"/> of the adapt graph.</summary>
    public T Unadapted(string task, IReadOnlyDictionary<string, T> inputs) => Embed(task, LatestOf(network.MetaBlocks[task], inputs));

    private Dictionary<string, T> Score(IReadOnlyDictionary<string, T> inputs)
    {
        var layers = SharedLayers();
        var rows = network.Global.Encode(inputs);
        var embeddings = spec.MetaBlocks.ToDictionary(block => block.Task, block => inputs[EmbeddingOf(block.Task, spec)]);
        var logit = network.Global.Forward(layers, rows, network.Global.Project(layers, rows), embeddings).Logit;
        return spec.Label is not LabelKind.Real
            ? new() { [Logit] = logit, [Probability] = algebra.Sigmoid(logit) }
            : new() { [Prediction] = logit };
    }

    private T Embed(string task, IReadOnlyDictionary<string, T> inputs)
    {
        var block = network.MetaBlocks[task];
        return network.Embed(block, block.Bind(SharedLayers(), inputs), inputs);
    }

    private Dictionary<string, T> Adapt(string task, IReadOnlyDictionary<string, T> inputs)
    {
        var block = network.MetaBlocks[task];
        var latest = LatestOf(block, inputs);
        var fineTuning = spec.FineTuning.For(block.Spec);
        var loop = new InnerLoop<T>(network, fineTuning, fineTuning.SupportCapacity);
        var support = SupportOf(block, inputs, latest);
        var adapted = loop.Adapt(block, loop.Layers(), support, losses: true);
        var outputs = new Dictionary<string, T>
        {
            [MetaEmbedding] = network.Embed(block, adapted.Layers, latest, support.Sequence),
            [LossBefore] = algebra.Squeeze(algebra.Squeeze(adapted.LossBefore!)),
            [LossAfter] = algebra.Squeeze(algebra.Squeeze(adapted.LossAfter!)),
        };
        if (spec.MetaBlocks.Count > 1)
        {
            outputs[StartingEmbedding] = network.Embed(block, block.Bind(loop.Layers(), latest, support.Bag), latest, support.Sequence);
        }

        return outputs;
    }

    private SupportSet<T> SupportOf(MetaBlock<T> block, IReadOnlyDictionary<string, T> inputs, Dictionary<string, T> latest) => network.Encode(block, new(
        block.Spec.Kind is MetaBlockKind.IdEmbedding ? new Dictionary<string, T>() : Renamed(block.Spec.Features, inputs, SupportMeta),
        latest,
        Renamed(spec.SupportFeatures(block.Spec), inputs, Support),
        Column(inputs, SupportLabel),
        Column(inputs, SupportWeight),
        spec.MetaBlocks.Where(other => other.Task != block.Spec.Task).ToDictionary(other => other.Task, other => inputs[SupportEmbeddingOf(other.Task)]),
        block.Spec.Kind is MetaBlockKind.Transformer ? new SupportTimes<T>(Column(inputs, SupportPosition), Column(inputs, SupportElapsed)) : null));

    private T Column(IReadOnlyDictionary<string, T> inputs, string name) => algebra.Unsqueeze(inputs[name], -1);

    private Dictionary<string, T> LatestOf(MetaBlock<T> block, IReadOnlyDictionary<string, T> inputs) => Renamed(block.Spec.Features, inputs, Latest);

    private Dictionary<string, T> Renamed(IEnumerable<string> features, IReadOnlyDictionary<string, T> inputs, Func<string, string> name) =>
        Parameters.Layout(features, schema).Inputs.ToDictionary(input => input.Name, input => inputs[name(input.Name)]);

    /// <summary>θ as it is; the form matters to layers that step only.</summary>
    private LayerSet<T> SharedLayers() => network.Layers((_, _) => false);
}
