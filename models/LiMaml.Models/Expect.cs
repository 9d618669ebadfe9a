using System.Globalization;
using LiMaml.Models.Schemas;

namespace LiMaml.Models;

/// <summary>The checks that contract files share; each throws <see cref="InvalidInputException"/> naming where, found and expected.</summary>
internal static class Expect
{
    public static void That(bool holds, string where, object found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException(where, Convert.ToString(found, CultureInfo.InvariantCulture) ?? "nothing", expected);
        }
    }

    public static void InRange(long value, long least, long most, string where) =>
        That(value >= least && value <= most, where, value, string.Create(CultureInfo.InvariantCulture, $"an integer from {least} to {most}"));

    public static void Name(string name, string where) =>
        That(
            name.Length is > 0 and <= SchemaValidation.MaxNameLength && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'),
            where,
            $"'{(name.Length <= SchemaValidation.MaxNameLength ? name : name[..SchemaValidation.MaxNameLength] + "…")}'",
            string.Create(CultureInfo.InvariantCulture, $"1 to {SchemaValidation.MaxNameLength} ASCII letters, digits and underscores"));

    public static void Unique(IEnumerable<string> names, StringComparer comparer, string where)
    {
        var seen = new HashSet<string>(comparer);
        foreach (var name in names)
        {
            That(seen.Add(name), where, $"'{name}' more than once", comparer == StringComparer.Ordinal ? "distinct entries" : "distinct names, whatever their case");
        }
    }

    public static void KnownFeatures(IReadOnlyList<string> names, DatasetSchema schema, string where)
    {
        Unique(names, StringComparer.Ordinal, where);
        var known = schema.Features.Select(feature => feature.Name).ToHashSet();
        if (names.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw new InvalidInputException(where, $"'{unknown}'", $"features of the schema: {string.Join(", ", known)}");
        }
    }
}
