using System.Text.Json;
using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Json;
using LiMaml.Training.Configurations;

namespace LiMaml.Training.Tuning;

/// <summary>
/// What <c>limaml tune</c> may try (<c>space.json</c>): paths of a training configuration, each with a list of values or with
/// <c>{"from": 0.0005, "to": 0.01, "scale": "log"}</c>.
/// </summary>
/// <param name="Dimensions">By path, in the order of the file.</param>
public sealed record SearchSpace(IReadOnlyList<KeyValuePair<string, SearchDimension>> Dimensions)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidInputException">It is not a search space.</exception>
    public static SearchSpace Read(string path) => Parse(ContractJson.Read<Dictionary<string, JsonElement>>(path), path);

    /// <summary>Reads UTF-8 JSON.</summary>
    /// <exception cref="InvalidInputException">It is not a search space.</exception>
    public static SearchSpace Parse(ReadOnlyMemory<byte> utf8, string where) => Parse(ContractJson.Parse<Dictionary<string, JsonElement>>(utf8, where), where);

    /// <summary>As the file would have it.</summary>
    public JsonObject ToJson() => new(Dimensions.Select(dimension => KeyValuePair.Create(dimension.Key, dimension.Value.ToJson())));

    /// <summary>The changes of a trial; a function of <paramref name="seed"/> and <paramref name="trial"/> alone.</summary>
    internal ConfigurationPatch Draw(int seed, int trial)
    {
        var random = new Random(unchecked((seed * 1_000_003) + trial));
        return ConfigurationPatch.Of([.. Dimensions.Select(dimension => (dimension.Key, dimension.Value.Draw(random)))]);
    }

    private static SearchSpace Parse(Dictionary<string, JsonElement> members, string where) => members.Count > 0
        ? new SearchSpace([.. members.Select(member => KeyValuePair.Create(member.Key, Dimension(member.Value, $"{where}: {member.Key}")))])
        : throw new InvalidInputException(where, "no members", """at least one, such as "training.learningRate": { "from": 0.0005, "to": 0.01, "scale": "log" }""");

    private static SearchDimension Dimension(JsonElement value, string where) => value.ValueKind switch
    {
        JsonValueKind.Array when value.GetArrayLength() > 0 => new ChoiceDimension([.. JsonArray.Create(value)!.Select(item => item?.DeepClone())]),
        JsonValueKind.Object => ContractJson.Parse<RangeDimension>(JsonSerializer.SerializeToUtf8Bytes(value), where).Validated(where),
        _ => throw new InvalidInputException(where, value.GetRawText(), """a list of values, or {"from": …, "to": …} with "scale": "linear" or "log" and "whole": true for whole numbers"""),
    };
}
