using System.Text.RegularExpressions;
using LiMaml.Preparation.Schemas;
using LiMaml.Preparation.Sources;

namespace LiMaml.Preparation.Tests;

public partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "training", "LiMaml.Preparation", "README.md"));

    [Fact]
    public void Readme_SchemaExample_IsValid()
    {
        using var temporary = new TemporaryFolder();

        var schema = SourceSchema.Read(temporary.File("source.json", JsonBlock().Match(Readme).Groups[1].Value));

        Assert.Equal("clicks", schema.Name);
    }

    [Fact]
    public void Readme_NamesEverySource() =>
        Assert.All(DataSources.All, source => Assert.Contains($"| `{source.Name}` |", Readme, StringComparison.Ordinal));

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
