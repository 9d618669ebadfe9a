using System.Text;
using System.Text.RegularExpressions;

namespace LiMaml.Cli.Tests.Structure;

public sealed partial class LayoutTests
{
    private static readonly string[] TopLevel =
    [
        ".ci", ".editorconfig", ".gitignore", "CHANGELOG.md", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props",
        "LICENSE", "LiMaml.sln", "README.md", "export", "global.json", "models", "runtime", "tests", "training",
    ];

    [Fact]
    public void TopLevel_OfTrackedFiles_IsThatOfTheHouse() =>
        Assert.Equal(TopLevel, Repository.TrackedFiles().Select(path => path.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("quickstart", "dotnet run -c Release --project training/LiMaml.Cli -- quickstart")]
    [InlineData("test", "dotnet test -c Release")]
    public void Readme_EachMarkedCommand_StandsInACodeFence(string name, string command) =>
        Assert.Matches($"(?m)^<!-- command: {name} -->\n```[a-z]*\n{Regex.Escape(command)}\n```$", Repository.Read("README.md").ReplaceLineEndings("\n"));

    [Fact]
    public void ContinuousIntegration_TestCommand_IsReadFromTheReadme()
    {
        var script = Repository.Read(".ci/run");

        Assert.Contains("readme_command test", script, StringComparison.Ordinal);
        Assert.DoesNotContain("dotnet test", script, StringComparison.Ordinal);
    }

    [Fact]
    public void TrackedFiles_Text_NamesNoPlaceOfOneMachine() => Assert.Empty(LinesMatching(MachinePath()));

    [Fact]
    public void TrackedFiles_Text_NamesNoPackageSource() => Assert.Empty(LinesMatching(PackageSource()));

    [Fact]
    public void TrackedFiles_Configuration_HoldsNoPackageSources() =>
        Assert.DoesNotContain(Repository.TrackedFiles(), path => Path.GetFileName(path).ToUpperInvariant() is "NUGET.CONFIG" or ".NPMRC" or "PIP.CONF");

    [Theory]
    [InlineData("read /home/ann/data.csv", true)]
    [InlineData("C:\\Users\\ann", true)]
    [InlineData("value: /mnt/models", false)]
    [InlineData("value: /mnt/disk/models", true)]
    [InlineData("under ../shared/data or models/work/x", false)]
    [InlineData("#!/usr/bin/env bash", false)]
    public void MachinePath_Pattern_TellsPathsApart(string text, bool isMachinePath) =>
        Assert.Equal(isMachinePath, MachinePath().IsMatch(text));

    // A home folder, a scratch folder or a drive: true on the machine where it was written, and nowhere else. KServe mounts
    // models at one place in every container.
    [GeneratedRegex(@"(?<![\w./~-])/(?:home|root|work|Users|tmp|mnt(?!/models\b)|srv)/\w|\b[A-Z]:\\{1,2}\w")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"https?://[^\s""'<>]*(?:/v3/index\.json|/simple/|api\.nuget|nuget\.[a-z]+/|pypi\.[a-z]+/|registry\.)|<packageSources>|RestoreSources|--index-url")]
    private static partial Regex PackageSource();

    private static List<string> LinesMatching(Regex pattern)
    {
        var found = new List<string>();
        foreach (var path in Repository.TrackedFiles())
        {
            var bytes = File.ReadAllBytes(Path.Combine(Repository.Root, path));
            // These tests quote what they forbid; a NUL byte tells a binary file.
            if (path.EndsWith("/LayoutTests.cs", StringComparison.Ordinal) || bytes.AsSpan().Contains((byte)0))
                continue;
            var lines = Encoding.UTF8.GetString(bytes).Split('\n');
            found.AddRange(lines.Select((line, i) => $"{path}:{i + 1}: {line.Trim()}").Where((_, i) => pattern.IsMatch(lines[i])));
        }

        return found;
    }
}
