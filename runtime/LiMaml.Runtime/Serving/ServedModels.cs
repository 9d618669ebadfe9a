using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Serving;

/// <summary>Describes what requests to a package give and get.</summary>
internal sealed class ServedModels(ModelPackage package)
{
    private readonly Dictionary<string, FeatureEncoding> encodings = [];
    private readonly Manifest manifest = package.Manifest;

    /// <summary>Exactly the <c>global</c> graph.</summary>
    public ServedModel Raw() => new(
        ScoringMode.Raw,
        package.Global.Inputs.Select(input => Describe(input.Name, input, required: true) with { Place = InputPlace.Global }),
        Scores());

    /// <summary>
    /// Task keys (<c>task</c>, or <c>task_&lt;definition&gt;</c> where there are several), the features of the <c>global</c>
    /// graph, and the features of each <c>meta</c> graph as <c>meta_…</c> or <c>meta_&lt;definition&gt;_…</c>.
    /// </summary>
    public ServedModel Joined() => new(
        ScoringMode.Joined,
        [.. Keys(), .. Features(package.Global, name => name, InputPlace.Global, 0), .. manifest.Model.MetaBlocks.SelectMany((block, index) => Meta(block.Task, index))],
        [.. Scores(), new ServedOutput(ServedModel.Cold, ServedKind.Boolean, manifest.Model.MetaBlocks.Count)]);

    private IEnumerable<ServedInput> Keys() => manifest.Model.MetaBlocks.Select((block, index) =>
        new ServedInput(Several ? $"task_{block.Task}" : "task", ServedKind.Text, 1, true, []) { Place = InputPlace.Keys, Block = index });

    private IEnumerable<ServedInput> Meta(string task, int block) =>
        Features(package.Meta(task), name => Several ? $"meta_{task}_{name}" : $"meta_{name}", InputPlace.Meta, block);

    private bool Several => manifest.Model.MetaBlocks.Count > 1;

    private IEnumerable<ServedInput> Features(PackageGraph graph, Func<string, string> name, InputPlace place, int block) =>
        from input in graph.Inputs
        where input.Features.Count > 0
        let described = Describe(name(input.Name), input, place == InputPlace.Global)
        select described with { Place = place, Block = block, Encodings = [.. described.Columns.Select(Encoding).OfType<FeatureEncoding>()] };

    private ServedInput Describe(string name, GraphInput input, bool required) =>
        new(name, input.Kind == ElementKind.Float32 ? ServedKind.Float32 : ServedKind.Int64, GraphTensor.FixedSize(input.Axes[^1])!.Value, required, input.Features)
        {
            Tensor = input.Name,
            Columns = [.. input.Features.Select(manifest.Schema.Feature)],
            HasLogarithms = input.Features.Any(feature => manifest.Schema.Feature(feature) is DenseFeature { Transform: DenseTransform.Log1p }),
        };

    private IEnumerable<ServedOutput> Scores() => package.Global.Outputs.Select(output => new ServedOutput(output.Name, ServedKind.Float32, 1));

    private FeatureEncoding? Encoding(Feature feature)
    {
        if (!encodings.TryGetValue(feature.Name, out var encoding) && feature is CategoricalFeature or MultiValuedFeature)
        {
            encoding = feature is CategoricalFeature categorical ? FeatureEncoding.For(categorical) : FeatureEncoding.For((MultiValuedFeature)feature);
            encodings[feature.Name] = encoding;
        }

        return encoding;
    }
}
