using System.Text.Json.Nodes;
using LiMaml.Models;

namespace LiMaml.Training.Configurations;

/// <summary>A place in a configuration's JSON: member names joined by dots, <c>[*]</c> for every element of a list.</summary>
internal static class ConfigurationPath
{
    private const string EveryElement = "[*]";

    /// <summary>Puts a value there; objects are merged member by member, null takes a member away, objects on the way are made.</summary>
    /// <exception cref="InvalidInputException">The path is not one, or names the elements of what is no list.</exception>
    public static void Set(JsonObject root, string path, JsonNode? value, string where)
    {
        var steps = path.Split('.');
        if (Array.Exists(steps, step => step.Length == 0 || step == EveryElement))
        {
            throw new InvalidInputException($"{where}, path", $"'{path}'", "member names joined by dots, such as training.learningRate or global.layers[*].dropout");
        }

        Set(root, steps, value, $"{where}: {path}");
    }

    private static void Set(JsonObject owner, ReadOnlySpan<string> steps, JsonNode? value, string where)
    {
        if (!steps[0].EndsWith(EveryElement, StringComparison.Ordinal))
        {
            SetMember(owner, steps[0], steps[1..], value, where);
            return;
        }

        var name = steps[0][..^EveryElement.Length];
        var elements = owner[name] as JsonArray ?? throw new InvalidInputException(where, $"no list '{name}'", "a list, whose every element is changed");
        for (var index = 0; index < elements.Count; index++)
        {
            if (steps.Length == 1)
            {
                elements[index] = Merge(elements[index], value);
            }
            else if (elements[index] is JsonObject element)
            {
                Set(element, steps[1..], value, where);
            }
        }
    }

    private static void SetMember(JsonObject owner, string name, ReadOnlySpan<string> rest, JsonNode? value, string where)
    {
        if (rest.Length > 0)
        {
            if (owner[name] is not JsonObject inner)
            {
                owner[name] = inner = [];
            }

            Set(inner, rest, value, where);
        }
        else if (value is null)
        {
            owner.Remove(name);
        }
        else
        {
            owner[name] = Merge(owner[name], value);
        }
    }

    private static JsonNode? Merge(JsonNode? old, JsonNode? value)
    {
        if (old is not JsonObject || value is not JsonObject changes)
        {
            return value?.DeepClone();
        }

        var merged = old.DeepClone().AsObject();
        foreach (var (name, change) in changes)
        {
            SetMember(merged, name, [], change, name);
        }

        return merged;
    }
}
