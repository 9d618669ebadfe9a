using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Configurations;

namespace LiMaml.Training.Experiments;

/// <summary>What the variants of an experiment start from.</summary>
/// <param name="Schema">Of the dataset.</param>
/// <param name="Base">The user's configuration with task definition and both blocks spelled out.</param>
public sealed record ExperimentSetting(DatasetSchema Schema, TrainingConfiguration Base)
{
    /// <summary>The categorical feature that tells the tasks of the base's definition apart, e.g. a member's id; null where the dataset has none.</summary>
    public string? IdFeature => Schema.Task(Base.Task!).Keys is [var key] && Schema.Features.Any(feature => feature is CategoricalFeature && feature.Name == key) ? key : null;

    /// <summary>The categorical feature that the model knows items by: the first of the item's side, else of the global block, of several task definitions the key of another; null where there is none.</summary>
    public string? ItemFeature => (Base.MetaBlocks is { } blocks
            ? blocks.Skip(1).SelectMany(block => Schema.Task(block.Task).Keys).Where(key => Schema.Features.Any(feature => feature.Name == key))
            : Base.Global!.ItemFeatures.Concat(Base.Global.Features).Except(Base.MetaBlock!.Features).Except(Schema.Task(Base.Task!).Keys))
        .FirstOrDefault(name => Schema.Feature(name) is CategoricalFeature);

    /// <summary>Task definitions that have meta features.</summary>
    public IEnumerable<TaskDefinition> Tasks => Schema.Tasks.Where(task => task.MetaFeatures.Count > 0);

    /// <summary>Whether the changed base is a model that can be trained.</summary>
    public bool Takes(ConfigurationPatch patch)
    {
        ArgumentNullException.ThrowIfNull(patch);
        try
        {
            patch.Apply(Base, "variant").Resolve(Schema);
            return true;
        }
        catch (InvalidInputException)
        {
            return false;
        }
    }

    /// <summary>
    /// The base for another task definition: the meta block reads that definition's meta features; a product with the item's
    /// side becomes one with the categories that neither are meta features nor name the task.
    /// </summary>
    public ConfigurationPatch For(TaskDefinition task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Name == Base.Task)
        {
            return ConfigurationPatch.None;
        }

        var patch = ConfigurationPatch.Of(("task", task.Name), ("metaBlock.task", task.Name), ("metaBlock.features", Names(task.MetaFeatures)));
        if (Base.Global!.ItemFeatures.Count == 0)
        {
            return patch;
        }

        var items = Base.Global.Features.Where(name => Schema.Feature(name) is CategoricalFeature or MultiValuedFeature).Except(task.MetaFeatures).Except(task.Keys).ToArray();
        var interaction = items.Length > 0 ? ConfigurationPatch.None : ConfigurationPatch.Of(("global.interaction", "concatenation"), ("global.rank", null));
        return patch.Then(ConfigurationPatch.Of(("global.itemFeatures", Names(items)))).Then(interaction);
    }

    /// <summary>The base for several task definitions: as it is where it has them; otherwise a meta block like its own for each definition with meta features, against each other.</summary>
    /// <exception cref="InvalidInputException">There is one definition only.</exception>
    public ConfigurationPatch ForAll()
    {
        if (Base.MetaBlocks is not null)
        {
            return ConfigurationPatch.None;
        }

        var tasks = Tasks.OrderBy(task => task.Name != Base.Task).ToArray();
        if (tasks.Length < 2)
        {
            throw new InvalidInputException($"dataset '{Schema.Name}'", $"{tasks.Length} task definition with meta features", "two or more, to adapt them to each other");
        }

        JsonNode Block(TaskDefinition task) => new JsonObject
        {
            ["task"] = task.Name,
            ["features"] = Names(task.MetaFeatures),
            ["layers"] = new JsonArray(),
            ["embeddingSize"] = Base.MetaBlock!.EmbeddingSize,
        };
        var loop = Base.InnerLoop is { StepRule: StepRule.Newton } ? ConfigurationPatch.None : ConfigurationPatch.Of(
            ("innerLoop.adapts", "embedding"), ("innerLoop.stepRule", "newton"), ("innerLoop.steps", 2), ("innerLoop.stepSize", 1), ("innerLoop.proximal", 6), ("innerLoop.learnedProximal", true));
        return ConfigurationPatch.Of(
            ("metaBlock", null),
            ("metaBlocks", new JsonArray([.. tasks.Select(Block)])),
            ("task", tasks[0].Name),
            ("global.interaction", "pairwise"),
            ("global.itemFeatures", new JsonArray()),
            ("global.rank", null)).Then(loop);
    }

    private static JsonArray Names(IReadOnlyList<string> names) => [.. names.Select(name => JsonValue.Create(name))];
}
