using LiMaml.Models;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;

namespace LiMaml.Runtime.Graphs;

/// <summary>What the inputs of a package's graphs are made of.</summary>
internal static class PackageLayouts
{
    /// <summary>The meta block of a task definition; of the model's only one where <paramref name="task"/> is null.</summary>
    /// <exception cref="InvalidInputException">The model does not personalise for it, or null leaves it open.</exception>
    public static MetaBlockSpec MetaBlock(this ModelPackage package, string? task)
    {
        var blocks = package.Manifest.Model.MetaBlocks;
        return task is null && blocks is [var only]
            ? only
            : blocks.FirstOrDefault(block => block.Task == task) ?? throw new InvalidInputException(
                "task definition",
                task is null ? "none named" : $"'{task}'",
                $"one that the model of {package.Folder} personalises for: {string.Join(", ", blocks.Select(block => block.Task))}");
    }

    /// <summary>The model's other task definitions.</summary>
    public static IEnumerable<string> OtherTasks(this ModelPackage package, string task) =>
        package.Manifest.Model.MetaBlocks.Select(block => block.Task).Where(other => other != task);

    /// <summary>How a meta block's features are laid out.</summary>
    public static FeatureLayout MetaLayout(this ModelPackage package, MetaBlockSpec block) =>
        new(block.Features.Select(package.Manifest.Schema.Feature));

    /// <summary>How the features of a support sample are laid out: the global block's, and what a history bag or a sequence reads besides.</summary>
    public static FeatureLayout SupportLayout(this ModelPackage package, MetaBlockSpec block) =>
        new(package.Manifest.Model.SupportFeatures(block).Select(package.Manifest.Schema.Feature));

    /// <summary>How the global block's features are laid out.</summary>
    public static FeatureLayout GlobalLayout(this ModelPackage package) =>
        new(package.Manifest.Model.Global.Features.Select(package.Manifest.Schema.Feature));
}
