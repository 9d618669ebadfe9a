using System.Globalization;

namespace LiMaml.Preparation.Engine;

/// <summary>Writing values and names into SQL.</summary>
internal static class Sql
{
    /// <summary>A name, quoted.</summary>
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text literal.</summary>
    public static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A DOUBLE literal that reads back as the same number.</summary>
    public static string Number(double value) => $"CAST({value.ToString("R", CultureInfo.InvariantCulture)} AS DOUBLE)";

    /// <summary>A list of texts.</summary>
    public static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Text))}]";

    /// <summary>A list of files by their very names: the engine takes <c>*</c>, <c>?</c> and <c>[</c> for patterns, unless they stand in brackets.</summary>
    public static string Files(IEnumerable<string> paths) =>
        List(paths.Select(path => string.Concat(path.Select(character => character is '*' or '?' or '[' ? $"[{character}]" : $"{character}"))));
}
