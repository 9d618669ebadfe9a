using LiMaml.Models.Network.Entries;
using LiMaml.Models.Network.Sequences;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>The parameters of a network: names, shapes, initial values. The order is stable.</summary>
public static class Parameters
{
    internal const string GlobalPrefix = "global";
    internal const string ProximalConstant = "proximal.constant";
    internal const string ProximalSlope = "proximal.slope";
    internal const string StepSizes = "stepSizes";

    /// <summary>Of the learned proximal strength, per unit of sample weight, where it starts.</summary>
    private const double SlopeShare = 0.01;

    /// <summary>Of a token, besides features: the label of the sample before, whether there is one, and the time between.</summary>
    private const int TokenNumbers = 3;

    internal const string WidePrefix = $"{GlobalPrefix}.wide";

    /// <summary>Every parameter that <paramref name="spec"/> needs over <paramref name="schema"/>.</summary>
    public static IReadOnlyList<ParameterDeclaration> Declare(ModelSpec spec, DatasetSchema schema)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(schema);
        var parameters = new List<ParameterDeclaration>();
        foreach (var block in spec.MetaBlocks)
        {
            DeclareMeta(parameters, block, schema);
            DeclareHistory(parameters, block, schema);
            DeclareSettings(parameters, MovingParts(block, spec.InnerLoop, parameters), spec.InnerLoop);
        }

        DeclareGlobal(parameters, spec, schema);
        return parameters;
    }

    /// <summary>True for parameters of the meta block, θ_meta; false for θ_global.</summary>
    public static bool IsMeta(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith("meta.", StringComparison.Ordinal);
    }

    internal static string MetaPrefix(string task) => $"meta.{task}";

    internal static string SequencePrefix(string task) => $"{MetaPrefix(task)}.sequence";

    internal static string HistoryPrefix(string task) => $"{MetaPrefix(task)}.history";

    /// <summary>What a task's own vector is called among the layers of its meta block.</summary>
    internal static string Shift(string task) => $"{MetaPrefix(task)}.shift";

    /// <summary>Whether a layer is a task's own vector.</summary>
    internal static bool IsShift(string layer) => layer.EndsWith(".shift", StringComparison.Ordinal);

    /// <summary>The setting of the inner loop called <paramref name="setting"/> for a layer that moves, or its bias.</summary>
    internal static string Setting(string setting, string part) => $"{part}.{setting}";

    /// <summary>All dense layers of a meta block, the output layer included.</summary>
    internal static IReadOnlyList<LayerSpec> Stack(MetaBlockSpec spec) => [.. spec.Layers, new LayerSpec(spec.EmbeddingSize, Activation.Identity)];

    /// <summary>All dense layers of the global block, the output layer included.</summary>
    internal static IReadOnlyList<LayerSpec> Stack(GlobalBlockSpec spec) => [.. spec.Layers, new LayerSpec(1, Activation.Identity)];

    internal static FeatureLayout Layout(IEnumerable<string> features, DatasetSchema schema) => new(features.Select(schema.Feature));

    private static void DeclareMeta(List<ParameterDeclaration> parameters, MetaBlockSpec block, DatasetSchema schema)
    {
        var layout = Layout(block.Features, schema);
        if (block.Kind is MetaBlockKind.IdEmbedding)
        {
            parameters.Add(new($"{MetaPrefix(block.Task)}.rows", [layout.Categorical[0].Size, block.EmbeddingSize], ParameterKind.Table, 0.1));
            return;
        }

        DeclareEncoder(parameters, MetaPrefix(block.Task), layout, block.FeatureEmbeddingSize);
        if (block.Kind is MetaBlockKind.Transformer)
        {
            var sequence = Layout(block.TransformerOrDefault.Sequence, schema);
            DeclareEncoder(parameters, SequencePrefix(block.Task), sequence, block.FeatureEmbeddingSize);
            var inputs = layout.EncodedWidth(block.FeatureEmbeddingSize) + sequence.EncodedWidth(block.FeatureEmbeddingSize) + TokenNumbers;
            SequenceLayers.Declare(parameters, block, inputs);
            return;
        }

        DeclareStack(parameters, MetaPrefix(block.Task), Stack(block), layout.EncodedWidth(block.FeatureEmbeddingSize), 0);
    }

    private static void DeclareHistory(List<ParameterDeclaration> parameters, MetaBlockSpec block, DatasetSchema schema)
    {
        var layout = Layout(block.History, schema);
        foreach (var (name, size) in Categories(layout))
        {
            parameters.Add(new($"{HistoryPrefix(block.Task)}.{name}", [size, block.EmbeddingSize], ParameterKind.CountTable, 0.01));
        }
    }

    /// <summary>What the inner loop moves: names, and the shape of each one's numbers.</summary>
    private static List<(string Layer, ParameterDeclaration Numbers)> MovingParts(MetaBlockSpec block, InnerLoopSpec loop, List<ParameterDeclaration> parameters) =>
        loop.Adapts is AdaptedWeights.Embedding || block.Kind is MetaBlockKind.IdEmbedding
            ? [(Shift(block.Task), new(Shift(block.Task), [block.EmbeddingSize], ParameterKind.Bias, 0))]
            : [.. parameters.Where(parameter => parameter.Name.StartsWith($"{MetaPrefix(block.Task)}.layers.", StringComparison.Ordinal))
                .Select(parameter => (Layer: parameter.Name[..parameter.Name.LastIndexOf('.')], parameter))
                .Where(part => block.Kind is not MetaBlockKind.Transformer || SequenceLayers.Moves(block.TransformerOrDefault, MetaPrefix(block.Task), part.Layer))];

    private static void DeclareSettings(List<ParameterDeclaration> parameters, List<(string Layer, ParameterDeclaration Numbers)> moving, InnerLoopSpec loop)
    {
        if (loop.LearnedProximal)
        {
            foreach (var (layer, numbers) in moving.DistinctBy(part => part.Layer))
            {
                long[] shape = layer == numbers.Name ? [.. numbers.Shape] : [1];
                parameters.Add(new(Setting(ProximalConstant, layer), shape, ParameterKind.Setting, 0, Math.Log(loop.Proximal)));
                parameters.Add(new(Setting(ProximalSlope, layer), shape, ParameterKind.Setting, 0, Math.Log(loop.Proximal * SlopeShare)));
            }
        }

        if (loop.LearnedStepSizes)
        {
            parameters.AddRange(moving.Select(part => new ParameterDeclaration(Setting(StepSizes, part.Numbers.Name), part.Numbers.Shape, ParameterKind.Setting, 0, Math.Log(loop.StepSize))));
        }
    }

    private static IEnumerable<(string Name, int Size)> Categories(FeatureLayout layout) =>
        layout.Categorical.Select(feature => (feature.Name, feature.Size)).Concat(layout.MultiValued.Select(feature => (feature.Name, feature.Size)));

    private static void DeclareGlobal(List<ParameterDeclaration> parameters, ModelSpec spec, DatasetSchema schema)
    {
        var layout = Layout(spec.Global.Features, schema);
        var embeddings = spec.Global.Concatenates ? spec.MetaBlocks.Sum(block => block.EmbeddingSize) : 0;
        DeclareEncoder(parameters, GlobalPrefix, layout, spec.Global.FeatureEmbeddingSize);
        var width = layout.EncodedWidth(spec.Global.FeatureEmbeddingSize);
        DeclareStack(parameters, GlobalPrefix, Stack(spec.Global), width, embeddings);
        foreach (var block in spec.MetaBlocks)
        {
            EmbeddingEntries.Declare(parameters, spec.Global, block, Layout(spec.Global.ItemFeatures, schema), width + embeddings);
        }

        if (spec.Global.CrossLayers > 0)
        {
            CrossNetwork.Declare(parameters, spec, width);
        }

        if (spec.Global.Wide)
        {
            FeatureSum.Declare(parameters, WidePrefix, layout, 1, scale: 0);
        }
    }

    /// <summary>Declares a table for each categorical and multi-valued feature.</summary>
    internal static void DeclareEncoder(List<ParameterDeclaration> parameters, string prefix, FeatureLayout layout, int embeddingSize, double scale = 1)
    {
        foreach (var (name, size) in Categories(layout))
        {
            parameters.Add(new($"{prefix}.encoder.{name}", [size, embeddingSize], ParameterKind.Table, 0.1 * scale));
        }
    }

    /// <summary>Declares the layers; the first shares its outputs with <paramref name="besides"/> further inputs.</summary>
    private static void DeclareStack(List<ParameterDeclaration> parameters, string prefix, IReadOnlyList<LayerSpec> layers, int inputs, int besides)
    {
        for (var index = 0; index < layers.Count; index++)
        {
            var fanIn = index == 0 ? inputs + besides : inputs;
            parameters.Add(new($"{prefix}.layers.{index}.weight", [inputs, layers[index].Size], ParameterKind.Weight, Deviation(fanIn, index == layers.Count - 1)));
            parameters.Add(new($"{prefix}.layers.{index}.bias", [layers[index].Size], ParameterKind.Bias, 0));
            inputs = layers[index].Size;
        }
    }

    /// <summary>Keeps the scale of activations: 2 ÷ inputs before a rectifier, 1 ÷ inputs at the output.</summary>
    internal static double Deviation(int inputs, bool output) => Math.Sqrt((output ? 1.0 : 2.0) / Math.Max(1, inputs));
}
