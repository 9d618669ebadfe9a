using System.Globalization;
using LiMaml.Models.Packages;

namespace LiMaml.Export.Packages;

/// <summary>What each graph says about itself in its file's metadata.</summary>
internal static class GraphMetadata
{
    /// <summary>The bundle that the graph is part of.</summary>
    public const string BundleId = "limaml.bundle_id";

    /// <summary>Name of the graph within its package.</summary>
    public const string Graph = "limaml.graph";

    /// <summary>The task definition it serves; absent for the global graph.</summary>
    public const string Task = "limaml.task";

    /// <summary>Version of the package's format.</summary>
    public const string FormatVersion = "limaml.format_version";

    /// <summary>The entries of <paramref name="graph"/>.</summary>
    public static IReadOnlyDictionary<string, string> Of(PackageGraph graph, string bundleId)
    {
        var entries = new Dictionary<string, string>
        {
            [BundleId] = bundleId,
            [Graph] = graph.Name,
            [FormatVersion] = Manifest.CurrentFormatVersion.ToString(CultureInfo.InvariantCulture),
        };
        if (graph.Task is not null)
        {
            entries[Task] = graph.Task;
        }

        return entries;
    }
}
