using System.Text.Json;
using System.Xml.Linq;

namespace LiMaml.Cli.Tests.Structure;

/// <summary>One project of the solution, as its file and its restored packages describe it.</summary>
internal sealed record ProjectFile(string Path, XDocument Document)
{
    internal string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    internal bool IsExample => Path.Contains("/examples/", StringComparison.Ordinal);

    internal bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    /// <summary>Names of the projects it refers to itself.</summary>
    internal IEnumerable<string> Projects =>
        Document.Descendants("ProjectReference").Select(reference => System.IO.Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

    /// <summary>Every project file below the folders of the house.</summary>
    internal static IReadOnlyList<ProjectFile> All { get; } =
    [
        .. from folder in new[] { "models", "training", "export", "runtime", "tests" }
           from file in Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories)
           let path = System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
           orderby path
           select new ProjectFile(path, XDocument.Load(file)),
    ];

    internal static ProjectFile Named(string name) => All.Single(project => project.Name == name);

    /// <summary>Names of all packages that restoring gave it, those of its dependencies included.</summary>
    internal IReadOnlyList<string> RestoredPackages()
    {
        var assets = System.IO.Path.Combine(Repository.Root, System.IO.Path.GetDirectoryName(Path)!, "obj", "project.assets.json");
        using var json = JsonDocument.Parse(File.ReadAllText(assets));
        return [.. json.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name.Split('/')[0])];
    }
}
