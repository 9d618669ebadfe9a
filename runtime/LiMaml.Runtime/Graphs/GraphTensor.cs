using System.Globalization;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;

namespace LiMaml.Runtime.Graphs;

/// <summary>One input or output of a graph.</summary>
/// <param name="Name">Unique in the graph.</param>
/// <param name="Kind">Element type.</param>
/// <param name="Axes">For each axis a size in digits or, where the size is free, a name.</param>
internal sealed record GraphTensor(string Name, ElementKind Kind, IReadOnlyList<string> Axes)
{
    public static GraphTensor Of(GraphInput input) => new(input.Name, input.Kind, input.Axes);

    public static GraphTensor Of(GraphOutput output) => new(output.Name, output.Kind, output.Axes);

    /// <summary>The tensor as people write it, e.g. <c>float32 [tasks, support]</c>.</summary>
    public string Type => $"{Kind.ToString().ToLowerInvariant()} [{string.Join(", ", Axes)}]";

    /// <summary>The size of a fixed axis, null for a free one.</summary>
    public static int? FixedSize(string axis) =>
        int.TryParse(axis, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;
}
