using System.Text.Json.Nodes;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;

namespace LiMaml.Models.Tests.Packages;

/// <summary>A small, complete package whose graphs are not ONNX: the format does not look into them.</summary>
internal static class PackageExample
{
    public static string WeightsSha256 { get; } = BundleId.HashWeights(new Dictionary<string, NamedTensor> { ["w"] = new([1], new float[] { 1 }) });

    public static PackageContents Contents() => new(
        Examples.Spec(),
        Examples.Schema(),
        WeightsSha256,
        [
            new PackageGraph("global", GraphKind.Global, "global/1/model.onnx", [Input("meta_embedding"), new GraphInput("categorical", ElementKind.Int64, ["rows", "1"], ["item"])], [Output("probability")]),
            new PackageGraph("meta", GraphKind.Meta, "meta/1/model.onnx", [new GraphInput("dense", ElementKind.Float32, ["tasks", "1"], ["age"])], [Output("meta_embedding")], "member"),
            new PackageGraph("adapt", GraphKind.Adapt, "adapt/1/model.onnx", [new GraphInput("support_label", ElementKind.Float32, ["tasks", "support"], [])], [Output("meta_embedding")], "member"),
        ],
        13,
        7,
        new JsonObject { ["seed"] = 1 },
        new JsonObject { ["auc"] = 0.75 });

    public static IReadOnlyList<HandoffCase> Cases() =>
    [
        Case("meta", "one", ["dense"], ["meta_embedding"]),
        Case("global", "one", ["meta_embedding", "categorical"], ["probability"]),
        Case("adapt", "none", ["support_label"], ["meta_embedding"]),
        Case("adapt", "many", ["support_label"], ["meta_embedding"]),
    ];

    public static HandoffCase Case(string graph, string name, string[] inputs, string[] outputs) => new(
        graph,
        name,
        inputs.ToDictionary(input => input, _ => new NamedTensor([1, 2], new float[] { 1, 2 })),
        outputs.ToDictionary(output => output, _ => new NamedTensor([1], new float[] { 3 })));

    public static Manifest Write(string folder, Func<PackageContents, PackageContents>? change = null, bool overwrite = false, IReadOnlyList<HandoffCase>? cases = null)
    {
        using var writer = ModelPackageWriter.Create(folder, overwrite);
        writer.AddHandoff(cases ?? Cases());
        foreach (var graph in new[] { "meta", "global", "adapt" })
        {
            writer.AddFile($"{graph}/config.pbtxt", "platform: \"onnxruntime_onnx\""u8.ToArray());
            writer.AddFile($"{graph}/1/model.onnx", stream => stream.Write("not a graph"u8));
        }

        return writer.Complete(change is null ? Contents() : change(Contents()));
    }

    private static GraphInput Input(string name) => new(name, ElementKind.Float32, ["rows", "4"], []);

    private static GraphOutput Output(string name) => new(name, ElementKind.Float32, ["rows", "1"], 1e-4);
}
