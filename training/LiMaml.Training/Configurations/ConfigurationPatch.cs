using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;

namespace LiMaml.Training.Configurations;

/// <summary>
/// What one training configuration does otherwise than another, as data: values by their path in <c>train.json</c>, such as
/// <c>training.learningRate</c> or, for every element of a list, <c>global.layers[*].dropout</c>. An object is merged into
/// what stands there; null takes a member away, so that its default holds.
/// </summary>
public sealed class ConfigurationPatch
{
    private readonly (string Path, JsonNode? Value)[] changes;

    private ConfigurationPatch(IEnumerable<(string Path, JsonNode? Value)> changes) => this.changes = [.. changes];

    /// <summary>No change.</summary>
    public static ConfigurationPatch None { get; } = new([]);

    /// <summary>These changes, applied in their order.</summary>
    public static ConfigurationPatch Of(params ReadOnlySpan<(string Path, JsonNode? Value)> changes) => new(changes.ToArray());

    /// <summary>These changes, then those of <paramref name="next"/>.</summary>
    public ConfigurationPatch Then(ConfigurationPatch next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new ConfigurationPatch(changes.Concat(next.changes));
    }

    /// <summary>The changed configuration.</summary>
    /// <param name="configuration">Where the changes are made; paths into blocks that it leaves out begin at their defaults' place, see <see cref="Explicit"/>.</param>
    /// <param name="where">What the patch belongs to, for messages.</param>
    /// <exception cref="InvalidInputException">A path leads nowhere, or a value is not what its member takes.</exception>
    public TrainingConfiguration Apply(TrainingConfiguration configuration, string where)
    {
        var json = JsonSerializer.SerializeToNode(configuration, ContractJson.Options)!.AsObject();
        foreach (var (path, value) in changes)
        {
            ConfigurationPath.Set(json, path, value, where);
        }

        return ContractJson.Parse<TrainingConfiguration>(Encoding.UTF8.GetBytes(json.ToJsonString(ContractJson.Options)), where);
    }

    /// <summary>The changes as a JSON object, values by path; a later change of a path hides an earlier one.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var (path, value) in changes)
        {
            json[path] = value?.DeepClone();
        }

        return json;
    }

    /// <summary>The same configuration with task definition and both blocks spelled out, so that paths lead into them.</summary>
    /// <exception cref="InvalidInputException">It does not fit the schema.</exception>
    public static TrainingConfiguration Explicit(TrainingConfiguration configuration, DatasetSchema schema)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var model = configuration.Resolve(schema);
        return model.MetaBlocks.Count > 1
            ? configuration with { Task = model.MetaBlocks[0].Task, Global = model.Global }
            : configuration with { Task = model.MetaBlocks[0].Task, MetaBlock = model.MetaBlocks[0], Global = model.Global };
    }
}
