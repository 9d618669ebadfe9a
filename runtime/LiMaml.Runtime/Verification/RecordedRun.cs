using LiMaml.Models;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Verification;

/// <summary>Feeds a recorded case to a graph.</summary>
internal static class RecordedRun
{
    /// <summary>Runs the case; the outputs are in <paramref name="batch"/> afterwards.</summary>
    /// <exception cref="InvalidInputException">An input has another type or shape than the graph takes, or axes of one name differ in size.</exception>
    public static void Run(HandoffCase recorded, PackageGraph graph, GraphBatch batch)
    {
        batch.Resize(Sizes(recorded, graph));
        foreach (var input in graph.Inputs)
        {
            var where = Where(recorded, input);
            if (input.Kind == ElementKind.Float32)
            {
                recorded.Inputs[input.Name].Float32(where, [.. batch.Shape(input.Name)]).CopyTo(batch.Float32(input.Name));
            }
            else
            {
                recorded.Inputs[input.Name].Int64(where, [.. batch.Shape(input.Name)]).CopyTo(batch.Int64(input.Name));
            }
        }

        batch.Run();
    }

    /// <summary>The size of each free axis, from the first input that has it; the others are compared when they are read.</summary>
    private static (string Axis, int Size)[] Sizes(HandoffCase recorded, PackageGraph graph)
    {
        var sizes = new Dictionary<string, int>();
        foreach (var input in graph.Inputs)
        {
            var shape = recorded.Inputs[input.Name].Shape;
            if (shape.Length != input.Axes.Count)
            {
                throw new InvalidInputException(Where(recorded, input), $"{shape.Length} axes", $"[{string.Join(", ", input.Axes)}]");
            }

            foreach (var (axis, size) in input.Axes.Zip(shape))
            {
                if (GraphTensor.FixedSize(axis) is null)
                {
                    sizes.TryAdd(axis, checked((int)size));
                }
            }
        }

        return [.. sizes.Select(size => (size.Key, size.Value))];
    }

    private static string Where(HandoffCase recorded, GraphInput input) => $"handoff case '{recorded.Graph}/{recorded.Name}', input '{input.Name}'";
}
