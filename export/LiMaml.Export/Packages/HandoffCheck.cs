using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;

namespace LiMaml.Export.Packages;

/// <summary>Whether recorded cases can be replayed on the graphs of a package.</summary>
internal static class HandoffCheck
{
    /// <summary>Every case names a graph and has all its inputs and outputs, in types and shapes that fit; every graph has a case.</summary>
    /// <exception cref="InvalidInputException">One does not.</exception>
    public static void Fits(IReadOnlyList<HandoffCase> cases, IReadOnlyList<PackageGraph> graphs)
    {
        foreach (var recorded in cases)
        {
            var graph = graphs.FirstOrDefault(graph => graph.Name == recorded.Graph)
                ?? throw new InvalidInputException($"handoff case '{recorded.Name}'", $"graph '{recorded.Graph}'", $"one of {Names(graphs.Select(graph => graph.Name))}");
            var where = $"handoff case '{recorded.Graph}/{recorded.Name}'";
            var sizes = new Dictionary<string, long>();
            CheckNames(recorded.Inputs.Keys, graph.Inputs.Select(input => input.Name), $"{where}: inputs");
            CheckNames(recorded.Outputs.Keys, graph.Outputs.Select(output => output.Name), $"{where}: outputs");
            foreach (var input in graph.Inputs)
            {
                CheckTensor(recorded.Inputs[input.Name], input.Kind, input.Axes, sizes, $"{where}: input '{input.Name}'");
            }

            foreach (var output in graph.Outputs)
            {
                CheckTensor(recorded.Outputs[output.Name], output.Kind, output.Axes, sizes, $"{where}: output '{output.Name}'");
            }
        }

        var missing = graphs.FirstOrDefault(graph => cases.All(recorded => recorded.Graph != graph.Name));
        if (missing is not null)
        {
            throw new InvalidInputException("handoff", $"no case for graph '{missing.Name}'", "at least one for each graph");
        }
    }

    private static void CheckNames(IEnumerable<string> found, IEnumerable<string> expected, string where)
    {
        if (!expected.ToHashSet().SetEquals(found))
        {
            throw new InvalidInputException(where, Names(found), Names(expected));
        }
    }

    private static void CheckTensor(NamedTensor tensor, ElementKind kind, IReadOnlyList<string> axes, Dictionary<string, long> sizes, string where)
    {
        var fits = tensor.Shape.Length == axes.Count && tensor.Data is float[] == (kind is ElementKind.Float32) && tensor.Data is long[] == (kind is ElementKind.Int64);
        for (var axis = 0; fits && axis < axes.Count; axis++)
        {
            var expected = long.TryParse(axes[axis], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                ? size
                : sizes.TryGetValue(axes[axis], out var known) ? known : sizes[axes[axis]] = tensor.Shape[axis];
            fits = tensor.Shape[axis] == expected;
        }

        if (!fits)
        {
            throw new InvalidInputException(where, $"{tensor.Data.GetType().Name} [{string.Join(", ", tensor.Shape)}]", $"{kind} [{string.Join(", ", axes)}], axes of one name being equal");
        }
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));
}
