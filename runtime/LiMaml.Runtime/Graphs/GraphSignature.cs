using System.Globalization;
using LiMaml.Models.Network;

namespace LiMaml.Runtime.Graphs;

/// <summary>One input or output of a graph.</summary>
/// <param name="Name">Unique among the graph's inputs and outputs.</param>
/// <param name="Kind">Element type.</param>
/// <param name="Axes">For each axis a size (digits) or, where the size is free, a name; axes of one name have one size in each run.</param>
public sealed record GraphTensor(string Name, ElementKind Kind, IReadOnlyList<string> Axes)
{
    /// <summary>The tensor as people write it, e.g. <c>support_label float32 [tasks, support]</c>.</summary>
    public override string ToString() => $"{Name} {Kind.ToString().ToLowerInvariant()} [{string.Join(", ", Axes)}]";

    /// <summary>The size of a fixed axis, null for a free one.</summary>
    internal static int? FixedSize(string axis) =>
        int.TryParse(axis, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;
}

/// <summary>What a graph takes and gives, as a package's manifest says.</summary>
/// <param name="Name">The graph's name in the package.</param>
/// <param name="BundleId">The bundle it must belong to; null where that does not matter.</param>
/// <param name="Inputs">All inputs.</param>
/// <param name="Outputs">All outputs.</param>
public sealed record GraphSignature(
    string Name,
    string? BundleId,
    IReadOnlyList<GraphTensor> Inputs,
    IReadOnlyList<GraphTensor> Outputs)
{
    /// <summary>Key of the bundle id in a graph's metadata.</summary>
    public const string BundleIdKey = "limaml.bundle_id";
}
