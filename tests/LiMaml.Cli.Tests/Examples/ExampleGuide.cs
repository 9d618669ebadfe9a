using System.Text.RegularExpressions;
using LiMaml.Cli.Tests.Structure;

namespace LiMaml.Cli.Tests.Examples;

/// <summary>The page that explains the examples.</summary>
internal static partial class ExampleGuide
{
    public const string Folder = "models/examples";

    private static string Text { get; } = Repository.Read($"{Folder}/README.md").ReplaceLineEndings("\n");

    /// <summary>What turns a snapshot into lines of JSON.</summary>
    public static string StatementForStoredEmbeddings => Statement().Match(Text).Groups["statement"].Value;

    /// <summary>The excerpts, by the file that they are from.</summary>
    public static IEnumerable<(string File, string Code)> Excerpts =>
        Excerpt().Matches(Text).Select(excerpt => (excerpt.Groups["file"].Value, excerpt.Groups["code"].Value));

    [GeneratedRegex("""duckdb -c "(?<statement>COPY [^"]*)""")]
    private static partial Regex Statement();

    [GeneratedRegex(@"<!-- excerpt: (?<file>[^\n]*) -->\n```[a-z]+\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Excerpt();
}
