using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LiMaml.Models.Json;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Snapshots;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Tests;

/// <summary>Holds models/README.md to what the code does.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root(), "models", "README.md"));

    [Fact]
    public void Examples_SchemaAndSpec_AreAccepted()
    {
        var blocks = JsonBlock().Matches(Readme).Select(match => Encoding.UTF8.GetBytes(match.Groups[1].Value)).ToList();
        var schema = ContractJson.Parse<DatasetSchema>(blocks[0], "README.md");
        var spec = ContractJson.Parse<ModelSpec>(blocks[1], "README.md");

        SchemaValidation.Validate(schema, "README.md");
        SpecValidation.Validate(spec, schema, "README.md");
    }

    [Fact]
    public void HashTable_EveryRow_Holds()
    {
        var rows = HashRow().Matches(Readme);

        Assert.Equal(3, rows.Count);
        var encoding = FeatureEncoding.For(new CategoricalFeature("x", HashBuckets: 1000));
        foreach (Match row in rows)
        {
            Assert.Equal(row.Groups[2].Value, FeatureEncoding.Hash(row.Groups[1].Value).ToString("x16", CultureInfo.InvariantCulture));
            Assert.Equal(row.Groups[3].Value, encoding.Index(row.Groups[1].Value).ToString(CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void Members_OfManifestAndSnapshot_AreAllNamed()
    {
        var names = typeof(Manifest).GetProperties().Select(property => property.Name)
            .Concat(typeof(PackageGraph).GetProperties().Select(property => property.Name))
            .Concat(typeof(PackageFile).GetProperties().Select(property => property.Name))
            .Select(name => char.ToLowerInvariant(name[0]) + name[1..])
            .Concat(new SnapshotInfo(new string('a', 32), "t", 1, DateTimeOffset.UnixEpoch, 0).ToMetadata().Keys)
            .Concat(SnapshotLayout.Schema.Fields.Select(field => field.Name));

        Assert.All(names, name => Assert.True(Readme.Contains($"`{name}`", StringComparison.Ordinal) || Readme.Contains($"\"{name}\"", StringComparison.Ordinal), name));
    }

    [Fact]
    public void ReservedNames_AreAllListed() =>
        Assert.All(SchemaValidation.ReservedFeatureNames, name => Assert.Contains($"`{name}`", Readme, StringComparison.Ordinal));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "LiMaml.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("LiMaml.sln is in no folder above the tests");
        }

        return folder.FullName;
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex(@"^\| `([^`]+)` \| `([0-9a-f]{16})` \| (\d+) \|$", RegexOptions.Multiline)]
    private static partial Regex HashRow();
}
