using System.CommandLine;

namespace LiMaml.Cli.Arguments;

/// <summary>Command lines as they are typed into a shell.</summary>
internal static class CommandLine
{
    /// <summary>The one that was parsed.</summary>
    public static string Of(ParseResult result) => Of([.. result.Tokens.Select(token => token.Value)]);

    /// <summary>The program's name and these arguments, quoted where they need it; several numbers may stand in one argument.</summary>
    public static string Of(params IReadOnlyList<string> arguments) => "limaml " + string.Join(' ', arguments.Select(Quote));

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(character => char.IsAsciiLetterOrDigit(character) || "-_./=:,\\".Contains(character, StringComparison.Ordinal)) ? argument
        : argument.Length > 0 && argument.All(character => char.IsAsciiDigit(character) || character == ' ') ? argument
        : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
