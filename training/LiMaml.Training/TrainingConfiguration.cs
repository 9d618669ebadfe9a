using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Outer;

namespace LiMaml.Training;

/// <summary>What a user asks of a training run (<c>train.json</c>); everything may be left out.</summary>
public sealed record TrainingConfiguration
{
    /// <summary>Vanilla or LiMAML. Default LiMAML.</summary>
    public TrainingAlgorithm Algorithm { get; init; } = TrainingAlgorithm.LiMaml;

    /// <summary>The task definition to personalise for. Default: the schema's first.</summary>
    public string? Task { get; init; }

    /// <summary>The meta block. Default: an MLP over the definition's meta features.</summary>
    public MetaBlockSpec? MetaBlock { get; init; }

    /// <summary>
    /// The global block. Default: an MLP over all features; the meta embedding enters by a product with the categorical and
    /// multi-valued features that are not meta features or, where there are none, concatenated.
    /// </summary>
    public GlobalBlockSpec? Global { get; init; }

    /// <summary>The inner loop while training.</summary>
    public InnerLoopSpec InnerLoop { get; init; } = new();

    /// <summary>The outer loop.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>The model this asks for over <paramref name="schema"/>, every default filled in.</summary>
    /// <exception cref="InvalidInputException">The configuration does not fit the schema; the message names the member.</exception>
    public ModelSpec Resolve(DatasetSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Training.Validate();
        var definition = Task is null ? schema.Tasks[0] : schema.Task(Task);
        var meta = MetaBlock ?? new MetaBlockSpec { Task = definition.Name, Features = definition.MetaFeatures };
        if (meta.Task != definition.Name)
        {
            throw new InvalidInputException("training configuration, metaBlock.task", $"'{meta.Task}'", $"'{definition.Name}', the task definition to train for");
        }

        var spec = new ModelSpec
        {
            Algorithm = Algorithm,
            Label = schema.Label,
            MetaBlocks = [meta],
            Global = Global ?? DefaultGlobal(schema, meta),
            InnerLoop = Learnable(InnerLoop),
            FineTuning = Learnable(InnerLoop),
        };
        SpecValidation.Validate(spec, schema, "training configuration");
        return spec;
    }

    /// <summary>What the inner loop learns of itself is not learned without one: vanilla models choose it on validation rows.</summary>
    private InnerLoopSpec Learnable(InnerLoopSpec loop) =>
        Algorithm is TrainingAlgorithm.Vanilla ? loop with { LearnedProximal = false, LearnedStepSizes = false } : loop;

    private static GlobalBlockSpec DefaultGlobal(DatasetSchema schema, MetaBlockSpec meta)
    {
        var items = schema.Features.Where(feature => feature is CategoricalFeature or MultiValuedFeature)
            .Select(feature => feature.Name).Except(meta.Features).ToArray();
        return new GlobalBlockSpec
        {
            Features = [.. schema.Features.Select(feature => feature.Name)],
            Interaction = items.Length > 0 ? Interaction.Bilinear : Interaction.Concatenation,
            ItemFeatures = items,
        };
    }
}
