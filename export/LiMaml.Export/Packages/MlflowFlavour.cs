using System.Globalization;
using System.Text;
using System.Text.Json;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;

namespace LiMaml.Export.Packages;

/// <summary>
/// What makes the folder of the global graph's <c>model.onnx</c> a model of MLflow, of the flavours <c>onnx</c> and
/// <c>python_function</c>. MLflow's loader looks for <c>MLmodel</c> in the folder of the model file itself, so that is where
/// it is written. Nothing depends on the time or the machine.
/// </summary>
internal static class MlflowFlavour
{
    private const string Python = "3.11";

    // The first versions that read what is written here; later ones do too.
    private static readonly string[] Requirements = ["mlflow>=2.9", "onnx>=1.14", "onnxruntime>=1.16", "numpy", "pandas"];

    /// <summary>Names and texts of the files beside <paramref name="modelFile"/>, <c>model.onnx</c>.</summary>
    public static IEnumerable<(string Name, string Text)> Files(PackageGraph graph, string modelFile, string bundleId) =>
    [
        ("MLmodel", Model(graph, modelFile, bundleId)),
        ("conda.yaml", $"channels:\n- conda-forge\ndependencies:\n- python={Python}\n- pip\n- pip:\n{Lines("  - ")}name: mlflow-env\n"),
        ("python_env.yaml", $"python: '{Python}'\nbuild_dependencies:\n- pip\n- setuptools\n- wheel\ndependencies:\n- -r requirements.txt\n"),
        ("requirements.txt", Lines("")),
    ];

    private static string Model(PackageGraph graph, string modelFile, string bundleId) => new StringBuilder()
        .Append("flavors:\n  onnx:\n    code: null\n")
        .Append(CultureInfo.InvariantCulture, $"    data: {modelFile}\n")
        .Append("    onnx_session_options: null\n    onnx_version: 1.14.0\n    providers:\n    - CPUExecutionProvider\n")
        .Append(CultureInfo.InvariantCulture, $"  python_function:\n    data: {modelFile}\n")
        .Append("    env:\n      conda: conda.yaml\n      virtualenv: python_env.yaml\n    loader_module: mlflow.onnx\n")
        .Append(CultureInfo.InvariantCulture, $"    python_version: '{Python}'\n")
        .Append(CultureInfo.InvariantCulture, $"metadata:\n  {GraphMetadata.BundleId}: '{bundleId}'\n  {GraphMetadata.Graph}: {graph.Name}\n")
        .Append(CultureInfo.InvariantCulture, $"model_uuid: '{bundleId}'\n")
        .Append("signature:\n")
        .Append(CultureInfo.InvariantCulture, $"  inputs: '{Signature(graph.Inputs.Select(input => (input.Name, input.Kind, input.Axes)))}'\n")
        .Append(CultureInfo.InvariantCulture, $"  outputs: '{Signature(graph.Outputs.Select(output => (output.Name, output.Kind, output.Axes)))}'\n")
        .Append("  params: null\n")
        .ToString();

    /// <summary>The tensors as JSON, free axes as −1. Names have no quotes, so the text may stand in single ones.</summary>
    private static string Signature(IEnumerable<(string Name, ElementKind Kind, IReadOnlyList<string> Axes)> tensors) =>
        JsonSerializer.Serialize(tensors.Select(tensor => new Dictionary<string, object>
        {
            ["name"] = tensor.Name,
            ["type"] = "tensor",
            ["tensor-spec"] = new Dictionary<string, object>
            {
                ["dtype"] = tensor.Kind is ElementKind.Int64 ? "int64" : "float32",
                ["shape"] = tensor.Axes.Select(axis => long.TryParse(axis, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : -1).ToArray(),
            },
        }));

    private static string Lines(string before) => string.Concat(Requirements.Select(requirement => $"{before}{requirement}\n"));
}
