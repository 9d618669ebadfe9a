using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LiMaml.Models.Json;

/// <summary>Follows the paths in JSON faults (<c>$.features[3].name</c>) through the text and the types it was read as.</summary>
internal static class JsonPath
{
    /// <summary>The element at <paramref name="path"/> and the type it should have been; null where the path leads nowhere.</summary>
    public static (JsonElement? Element, Type? Type) Follow(JsonElement root, Type rootType, string path)
    {
        JsonElement? element = root;
        Type? type = rootType;
        foreach (var step in Steps(path))
        {
            if (element is not { } owner)
            {
                return (null, null);
            }

            (element, type) = int.TryParse(step, CultureInfo.InvariantCulture, out var index) && owner.ValueKind == JsonValueKind.Array
                ? (ItemAt(owner, index), ItemType(type))
                : (Member(owner, step), MemberType(type, owner, step));
        }

        return (element, type);
    }

    /// <summary>The path without its last step.</summary>
    public static string Parent(string path) => path[..Math.Max(1, Math.Max(path.LastIndexOf('.'), path.LastIndexOf('[')))];

    /// <summary>What would be accepted as a <paramref name="type"/>, in words.</summary>
    public static string Describe(Type? type)
    {
        type = type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            null => "a value",
            { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type).Select(name => JsonNamingPolicy.CamelCase.ConvertName(name))),
            _ when type == typeof(string) => "a string",
            _ when type == typeof(int) || type == typeof(long) => "an integer",
            _ when type == typeof(float) || type == typeof(double) => "a number",
            _ when type == typeof(bool) => "true or false",
            _ when ItemType(type) is not null => "a list",
            _ => "an object",
        };
    }

    /// <summary>The members that a <paramref name="type"/> may have, in words.</summary>
    public static string DescribeMembers(Type? type) =>
        type is null ? "a known member" : "one of " + string.Join(", ", ContractJson.Options.GetTypeInfo(type).Properties.Select(property => property.Name));

    private static IEnumerable<string> Steps(string path)
    {
        foreach (var step in path.Split(['.', '['], StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            yield return step.TrimEnd(']').Trim('\'');
        }
    }

    private static JsonElement? ItemAt(JsonElement array, int index) => index >= 0 && index < array.GetArrayLength() ? array[index] : null;

    private static JsonElement? Member(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) ? value : null;

    private static Type? ItemType(Type? type) =>
        type is null ? null : ContractJson.Options.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Enumerable } info ? info.ElementType : null;

    private static Type? MemberType(Type? type, JsonElement owner, string name)
    {
        if (type is null)
        {
            return null;
        }

        var info = ContractJson.Options.GetTypeInfo(type);
        if (info.PolymorphismOptions is { } polymorphism)
        {
            var kind = Member(owner, polymorphism.TypeDiscriminatorPropertyName)?.ToString();
            var derived = polymorphism.DerivedTypes.FirstOrDefault(candidate => Equals(candidate.TypeDiscriminator, kind));
            return derived.DerivedType is null ? null : MemberType(derived.DerivedType, owner, name);
        }

        return info.Kind == JsonTypeInfoKind.Dictionary ? info.ElementType : info.Properties.FirstOrDefault(property => property.Name == name)?.PropertyType;
    }
}
