using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace LiMaml.Cli.Arguments;

/// <summary>Options whose text is read by rules of our own.</summary>
internal static class Text
{
    private static readonly (string Suffix, long Bytes)[] Units =
    [
        ("KIB", 1L << 10), ("MIB", 1L << 20), ("GIB", 1L << 30), ("TIB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ];

    /// <summary>A number of bytes: <c>2GiB</c>, <c>1500MB</c>, <c>1073741824</c>.</summary>
    public static Option<long?> Bytes(string name, string description) => Parsed<long?>(name, description, "size", "a size such as 1500MB or 2GiB", ParseBytes);

    /// <summary>A moment in ISO 8601; UTC where the text names no offset.</summary>
    public static Option<DateTimeOffset?> Moment(string name, string description) =>
        Parsed<DateTimeOffset?>(name, description, "time", "a time such as 2024-03-01 or 2024-03-01T12:00:00Z", ParseMoment);

    /// <summary>A number in the invariant notation, within bounds.</summary>
    public static Option<T?> Number<T>(string name, string description, T least, T most, string helpName = "count")
        where T : struct, INumber<T> =>
        Parsed<T?>(name, description, helpName, $"{Kind<T>()} from {Show(least)} to {Show(most)}", text => ParseNumber(text, least, most));

    /// <summary>Several numbers, each as an argument of its own.</summary>
    public static Option<int[]> Numbers(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            var bad = result.Tokens.FirstOrDefault(token => ParseNumber(token.Value, int.MinValue, int.MaxValue) is null);
            if (bad is not null)
            {
                result.AddError($"{name}: found '{bad.Value}', expected whole numbers.");
                return [];
            }

            return [.. result.Tokens.Select(token => int.Parse(token.Value, CultureInfo.InvariantCulture))];
        },
    };

    /// <summary>The finite number that <paramref name="text"/> is, or null where it is none within the bounds.</summary>
    public static T? ParseNumber<T>(string text, T least, T most)
        where T : struct, INumber<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value : null;

    private static string Kind<T>() => typeof(T) == typeof(double) ? "a number" : "a whole number";

    private static string Show<T>(T value)
        where T : INumber<T> => value.ToString(typeof(T) == typeof(double) ? "G" : "N0", CultureInfo.InvariantCulture);

    /// <summary>An option whose text is read by <paramref name="parse"/>, which gives null for what is not <paramref name="expected"/>.</summary>
    public static Option<T> Parsed<T>(string name, string description, string helpName, string expected, Func<string, T> parse)
    {
        T Parse(ArgumentResult result)
        {
            var value = parse(result.Tokens[0].Value);
            if (value is null)
            {
                result.AddError($"{name}: found '{result.Tokens[0].Value}', expected {expected}.");
            }

            return value;
        }

        return new Option<T>(name) { Description = description, HelpName = helpName, CustomParser = Parse };
    }

    private static long? ParseBytes(string text)
    {
        var upper = text.ToUpperInvariant();
        var (suffix, unit) = Array.Find(Units, unit => upper.EndsWith(unit.Suffix, StringComparison.Ordinal));
        var number = upper[..^(suffix?.Length ?? 0)].Trim();
        var isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        return isNumber && value * Math.Max(1, unit) < long.MaxValue ? (long)(value * Math.Max(1, unit)) : null;
    }

    private static DateTimeOffset? ParseMoment(string text) =>
        char.IsAsciiDigit(text.FirstOrDefault()) && text.Length >= 10 && text[4] == '-'
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment
            : null;
}
