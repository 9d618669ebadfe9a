using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Outer;

namespace LiMaml.Training;

/// <summary>What a user asks of a training run (<c>train.json</c>); everything may be left out.</summary>
public sealed record TrainingConfiguration
{
    /// <summary>How to train. Default LiMAML.</summary>
    public TrainingAlgorithm Algorithm { get; init; } = TrainingAlgorithm.LiMaml;

    /// <summary>The task definition to personalise for. Default: the schema's first.</summary>
    public string? Task { get; init; }

    /// <summary>
    /// The meta block. Default: an MLP over the definition's meta features; for wide-and-deep a learned row for each value of the
    /// categorical feature that has the name of the definition's only key column.
    /// </summary>
    public MetaBlockSpec? MetaBlock { get; init; }

    /// <summary>
    /// The meta blocks of a model for several task definitions, in place of <see cref="Task"/> and <see cref="MetaBlock"/>; the
    /// first one's tasks are those that rows are judged by. Null for a model of one.
    /// </summary>
    public IReadOnlyList<MetaBlockSpec>? MetaBlocks { get; init; }

    /// <summary>Rounds of fine-tuning over several task definitions while training; see <see cref="ModelSpec.Rounds"/>.</summary>
    public int? Rounds { get; init; }

    /// <summary>
    /// The global block. Default: an MLP over all features but those that are the definition's own keys; the meta embedding enters by a
    /// product with the categorical and multi-valued features that are not meta features or, where there are none, concatenated.
    /// Wide-and-deep has the wide part, whatever is given.
    /// </summary>
    public GlobalBlockSpec? Global { get; init; }

    /// <summary>The inner loop while training; entire-network MAML adapts the network, whatever is given.</summary>
    public InnerLoopSpec InnerLoop { get; init; } = new();

    /// <summary>The outer loop.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>The model this asks for over <paramref name="schema"/>, every default filled in.</summary>
    /// <exception cref="InvalidInputException">The configuration does not fit the schema; the message names the member.</exception>
    public ModelSpec Resolve(DatasetSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Training.Validate();
        var metas = MetaBlocks is null ? [OneMeta(schema)] : SeveralMetas(schema);
        var global = Global ?? (metas.Count == 1 ? DefaultGlobal(schema, schema.Task(metas[0].Task), metas[0]) : DefaultPairwise(schema, metas));
        var loop = Learnable(Algorithm is TrainingAlgorithm.Maml ? InnerLoop.OfNetwork() : InnerLoop);
        var spec = new ModelSpec
        {
            Algorithm = Algorithm,
            Label = schema.Label,
            MetaBlocks = metas,
            Rounds = Rounds,
            Global = Algorithm is TrainingAlgorithm.WideAndDeep ? global with { Wide = true } : global,
            InnerLoop = loop,
            FineTuning = loop,
        };
        SpecValidation.Validate(spec, schema, "training configuration");
        return spec;
    }

    private MetaBlockSpec OneMeta(DatasetSchema schema)
    {
        var definition = Task is null ? schema.Tasks[0] : schema.Task(Task);
        var meta = MetaBlock ?? DefaultMeta(schema, definition);
        return meta.Task == definition.Name
            ? meta
            : throw new InvalidInputException("training configuration, metaBlock.task", $"'{meta.Task}'", $"'{definition.Name}', the task definition to train for");
    }

    private IReadOnlyList<MetaBlockSpec> SeveralMetas(DatasetSchema schema)
    {
        Expect.That(MetaBlock is null && (Task is null || Task == MetaBlocks![0].Task), "training configuration, metaBlocks", "it, and a task or metaBlock besides", "one or the other: the first meta block's task is the one judged by");
        Expect.That(MetaBlocks!.Count > 1, "training configuration, metaBlocks", $"{MetaBlocks.Count}", "two or more; metaBlock for one");
        Expect.That(Algorithm is TrainingAlgorithm.LiMaml or TrainingAlgorithm.Vanilla, "training configuration, algorithm", Algorithm, "liMaml or vanilla, for several task definitions");
        MetaBlocks.ToList().ForEach(block => schema.Task(block.Task));
        return MetaBlocks;
    }

    /// <summary>What the inner loop learns of itself is not learned without one: such models choose it on validation rows.</summary>
    private InnerLoopSpec Learnable(InnerLoopSpec loop) =>
        Algorithm.HasInnerLoop ? loop : loop with { LearnedProximal = false, LearnedStepSizes = false };

    private MetaBlockSpec DefaultMeta(DatasetSchema schema, TaskDefinition definition)
    {
        if (Algorithm is not TrainingAlgorithm.WideAndDeep)
        {
            return new MetaBlockSpec { Task = definition.Name, Features = definition.MetaFeatures };
        }

        var categories = schema.Features.OfType<CategoricalFeature>().Select(feature => feature.Name).ToArray();
        return definition.Keys is [var key] && categories.Contains(key)
            ? new MetaBlockSpec { Task = definition.Name, Kind = MetaBlockKind.IdEmbedding, Features = [key] }
            : throw new InvalidInputException(
                "training configuration, algorithm wideAndDeep, metaBlock",
                $"none, and no categorical feature that identifies a task of definition '{definition.Name}' by the name of its only key ({string.Join(", ", definition.Keys)})",
                $"a metaBlock of kind idEmbedding over a categorical feature that is constant within a task (the dataset's are: {string.Join(", ", categories)}), or a dataset prepared with one named after the key");
    }

    /// <summary>All features but the definitions' keys; the embeddings meet each other.</summary>
    private static GlobalBlockSpec DefaultPairwise(DatasetSchema schema, IReadOnlyList<MetaBlockSpec> metas)
    {
        var own = metas.SelectMany(block => schema.Task(block.Task).Keys).ToHashSet();
        return new GlobalBlockSpec { Features = [.. schema.Features.Select(feature => feature.Name).Where(name => !own.Contains(name))], Interaction = Interaction.Pairwise };
    }

    private static GlobalBlockSpec DefaultGlobal(DatasetSchema schema, TaskDefinition definition, MetaBlockSpec meta)
    {
        // A learned vector of the task's own key would learn by heart what the meta embedding is there to generalise.
        var own = definition.Keys.Except(definition.MetaFeatures).Concat(meta.Kind is MetaBlockKind.IdEmbedding ? meta.Features : []).ToHashSet();
        var features = schema.Features.Where(feature => !own.Contains(feature.Name)).ToArray();
        var items = features.Where(feature => feature is CategoricalFeature or MultiValuedFeature).Select(feature => feature.Name).Except(meta.Features).ToArray();
        return new GlobalBlockSpec
        {
            Features = [.. features.Select(feature => feature.Name)],
            Interaction = items.Length > 0 ? Interaction.Bilinear : Interaction.Concatenation,
            ItemFeatures = items,
        };
    }
}
