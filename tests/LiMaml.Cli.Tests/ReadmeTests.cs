using System.Text.RegularExpressions;
using LiMaml.Cli.Display;
using LiMaml.Cli.Tests.Structure;
using LiMaml.Models.Json;
using LiMaml.Training;

namespace LiMaml.Cli.Tests;

/// <summary>What the README shows works.</summary>
public sealed partial class ReadmeTests
{
    private const string Project = "dotnet run -c Release --project training/LiMaml.Cli -- ";
    private static readonly string Readme = Repository.Read("README.md").ReplaceLineEndings("\n");

    public static TheoryData<string> Commands() =>
        [.. MarkedFence().Matches(Readme).Select(fence => fence.Groups["command"].Value).Where(command => !command.StartsWith("dotnet test", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_OfEachMarkedFence_Parses(string command)
    {
        var prefix = command.StartsWith(Project, StringComparison.Ordinal) ? Project : "limaml ";
        Assert.StartsWith(prefix, command, StringComparison.Ordinal);

        var result = Application.Root(Terminal.Plain(TextWriter.Null, TextWriter.Null)).Parse(command[prefix.Length..]);

        Assert.Empty(result.Errors);
        Assert.NotEqual("limaml", result.CommandResult.Command.Name);
    }

    [Fact]
    public void Commands_OfTheReadme_CoverEveryCommand()
    {
        var shown = Commands().Select(row => row.Data.Replace(Project, "limaml ", StringComparison.Ordinal).Split(' ')[1]).Distinct().Order();

        Assert.Equal(Application.Root(Terminal.Plain(TextWriter.Null, TextWriter.Null)).Subcommands.Select(command => command.Name).Order(), shown);
    }

    [Fact]
    public async Task Table_WithItsSchema_IsPrepared()
    {
        using var folder = new TemporaryFolder();
        folder.File("clicks.csv", Fence("csv", "time,member"));
        var schema = folder.File("source.json", Fence("json", "\"interactions\""));

        var output = await CommandRun.SucceedAsync("prepare", "--schema", schema, "--out", folder["dataset"]);

        Assert.Contains("12 interactions read", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"interaction\": \"bilinear\"")]
    [InlineData("\"kind\": \"transformer\"")]
    public void TrainingConfiguration_OfTheExample_IsRead(string containing)
    {
        using var folder = new TemporaryFolder();

        var configuration = ContractJson.Read<TrainingConfiguration>(folder.File("train.json", Fence("json", containing)));

        Assert.Equal("member", configuration.MetaBlock?.Task);
    }

    [Fact]
    public void Links_ToFiles_LeadToFiles() =>
        Assert.All(Link().Matches(Readme).Select(link => link.Groups["path"].Value), path => Assert.True(File.Exists(Path.Combine(Repository.Root, path)), path));

    private static string Fence(string language, string containing) =>
        Regex.Matches(Readme, $"(?ms)^```{language}\n(.*?)^```$").Select(fence => fence.Groups[1].Value).Single(text => text.Contains(containing, StringComparison.Ordinal));

    [GeneratedRegex(@"<!-- command: [^\n]* -->\n```bash\n(?<command>[^\n]*)\n```")]
    private static partial Regex MarkedFence();

    [GeneratedRegex(@"\]\((?<path>[^):#]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
