using System.Text.Json.Nodes;
using LiMaml.Export.Tests.Reference;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;

namespace LiMaml.Export.Tests.Models;

/// <summary>A <see cref="SampleModel"/> as training would leave it.</summary>
internal static class SampleCheckpoint
{
    public static Checkpoint Of(SampleModel model) => new(
        model.Spec,
        model.Schema,
        new JsonObject { ["run"] = "sample", ["epochs"] = 3 },
        Parameters.Declare(model.Spec, model.Schema).ToDictionary(
            declaration => declaration.Name,
            declaration => new NamedTensor([.. declaration.Shape], model.Weights[declaration.Name])));

    /// <summary>A case for each graph, computed in double precision.</summary>
    public static List<HandoffCase> Handoff(SampleModel model) => [.. model.Graphs.Select(graph =>
    {
        var inputs = model.Inputs(graph.Name, 3, 5, [5, 0, 2]);
        return new HandoffCase(
            graph.Name,
            "random",
            graph.Inputs.ToDictionary(input => input.Name, input => Tensor(inputs[input.Name], input.Kind)),
            model.Expect(graph.Name, inputs).ToDictionary(output => output.Key, output => Tensor(output.Value, ElementKind.Float32)));
    })];

    private static NamedTensor Tensor(NdArray array, ElementKind kind) => new(
        [.. array.Shape.Select(size => (long)size)],
        kind is ElementKind.Int64 ? array.Values.Select(value => (long)value).ToArray() : array.Values.Select(value => (float)value).ToArray());
}
