using LiMaml.Models;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;

namespace LiMaml.Runtime.Graphs;

/// <summary>Finds the graphs of a package and what their inputs are made of.</summary>
internal static class PackageGraphs
{
    /// <summary>Loads the package's graph of one kind, for one task definition where there is one for each.</summary>
    /// <exception cref="InvalidInputException">There is no such graph, or it disagrees with the manifest.</exception>
    public static GraphSession OpenGraph(this ModelPackage package, GraphKind kind, string? task, GraphOptions? options)
    {
        var graph = package.Manifest.Graphs.FirstOrDefault(graph => graph.Kind == kind && graph.Task == task)
            ?? throw new InvalidInputException($"graphs of package {package.Folder}", $"no '{kind}' graph for task definition '{task}'", "one");
        return package.OpenGraph(graph, options);
    }

    /// <summary>Loads a graph of the package.</summary>
    /// <exception cref="InvalidInputException">It disagrees with the manifest.</exception>
    public static GraphSession OpenGraph(this ModelPackage package, GraphManifest graph, GraphOptions? options) => GraphSession.Open(
        Path.Combine(package.Folder, graph.Path),
        new GraphSignature(graph.Name, package.Manifest.BundleId, Tensors(graph.Inputs), Tensors(graph.Outputs)),
        options);

    /// <summary>The meta block of a task definition.</summary>
    /// <exception cref="InvalidInputException">The model does not personalise for it.</exception>
    public static MetaBlockSpec MetaBlock(this ModelPackage package, string task) =>
        package.Manifest.Model.MetaBlocks.FirstOrDefault(block => block.Task == task)
        ?? throw new InvalidInputException(
            "task definition", $"'{task}'", $"one that the model personalises for: {string.Join(", ", package.Manifest.Model.MetaBlocks.Select(block => block.Task))}");

    /// <summary>The model's task definition, where it has one only.</summary>
    /// <exception cref="InvalidInputException">It has several.</exception>
    public static string OnlyTask(this ModelPackage package) => package.Manifest.Model.MetaBlocks is [var block]
        ? block.Task
        : throw new InvalidInputException(
            "task definition", "none", $"one of those that the model personalises for: {string.Join(", ", package.Manifest.Model.MetaBlocks.Select(block => block.Task))}");

    /// <summary>The model's other task definitions.</summary>
    public static IEnumerable<string> OtherTasks(this ModelPackage package, string task) =>
        package.Manifest.Model.MetaBlocks.Select(block => block.Task).Where(other => other != task);

    /// <summary>How a meta block's features are laid out.</summary>
    public static FeatureLayout MetaLayout(this ModelPackage package, MetaBlockSpec block) =>
        new(block.Features.Select(package.Manifest.Schema.Feature));

    /// <summary>How the global block's features are laid out.</summary>
    public static FeatureLayout GlobalLayout(this ModelPackage package) =>
        new(package.Manifest.Model.Global.Features.Select(package.Manifest.Schema.Feature));

    /// <summary>Whether the inner loop looks at the meta features of each support sample.</summary>
    public static bool ReadsEachSample(this MetaBlockSpec block) => block.Kind != MetaBlockKind.IdEmbedding;

    private static List<GraphTensor> Tensors(IEnumerable<TensorManifest> tensors) =>
        [.. tensors.Select(tensor => new GraphTensor(tensor.Name, tensor.Kind, tensor.Axes))];
}
