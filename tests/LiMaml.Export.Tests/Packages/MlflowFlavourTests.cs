using System.Text.Json;
using LiMaml.Export.Packages;
using LiMaml.Export.Tests.Models;
using YamlDotNet.RepresentationModel;

namespace LiMaml.Export.Tests.Packages;

/// <summary>The files against what MLflow documents of its model format, and against what its loaders look for.</summary>
public sealed class MlflowFlavourTests
{
    private const string BundleId = "00112233445566778899aabbccddeeff";

    private static readonly Dictionary<string, string> Files =
        MlflowFlavour.Files(new SampleModel(SampleModel.DefaultSpec).Described("global"), "model.onnx", BundleId).ToDictionary(file => file.Name, file => file.Text);

    [Fact]
    public void MLmodel_OfTheGlobalGraph_HasBothFlavours()
    {
        var model = Parse("MLmodel");

        Assert.Equal(["flavors", "metadata", "model_uuid", "signature"], Keys(model));
        Assert.Equal(BundleId, Text(model, "model_uuid"));
        Assert.Equal(BundleId, Text(model, "metadata", "limaml.bundle_id"));
        Assert.Equal(["onnx", "python_function"], Keys(Node(model, "flavors")));
        Assert.Equal(["code", "data", "onnx_session_options", "onnx_version", "providers"], Keys(Node(model, "flavors", "onnx")));
        Assert.Equal("model.onnx", Text(model, "flavors", "onnx", "data"));
        Assert.Equal("CPUExecutionProvider", ((YamlScalarNode)((YamlSequenceNode)Node(model, "flavors", "onnx", "providers")).Children.Single()).Value);
        Assert.Equal(["data", "env", "loader_module", "python_version"], Keys(Node(model, "flavors", "python_function")));
        Assert.Equal("mlflow.onnx", Text(model, "flavors", "python_function", "loader_module"));
        Assert.Equal("model.onnx", Text(model, "flavors", "python_function", "data"));
        Assert.Equal(Files.Keys.Order(), new[] { "MLmodel", "requirements.txt", Text(model, "flavors", "python_function", "env", "conda"), Text(model, "flavors", "python_function", "env", "virtualenv") }.Order());
    }

    [Fact]
    public void MLmodel_Signature_IsThatOfTheGraph()
    {
        var model = Parse("MLmodel");

        Assert.Equal(
            ["meta_embedding tensor float32 [-1,4]", "dense tensor float32 [-1,3]", "categorical tensor int64 [-1,2]", "genres tensor int64 [-1,4]", "taste tensor float32 [-1,5]"],
            Tensors(Text(model, "signature", "inputs")));
        Assert.Equal(["logit tensor float32 [-1,1]", "probability tensor float32 [-1,1]"], Tensors(Text(model, "signature", "outputs")));
    }

    [Fact]
    public void Environments_OfCondaAndVirtualenv_AskForTheSame()
    {
        var conda = Parse("conda.yaml");
        var virtualenv = Parse("python_env.yaml");
        var dependencies = (YamlSequenceNode)Node(conda, "dependencies");
        var pip = (YamlSequenceNode)((YamlMappingNode)dependencies.Children[^1])["pip"];

        Assert.Equal(["channels", "dependencies", "name"], Keys(conda));
        Assert.Equal($"python={Text(virtualenv, "python")}", ((YamlScalarNode)dependencies.Children[0]).Value);
        Assert.Equal(Files["requirements.txt"].Split('\n', StringSplitOptions.RemoveEmptyEntries), pip.Children.Select(requirement => ((YamlScalarNode)requirement).Value!));
        Assert.Equal(["build_dependencies", "dependencies", "python"], Keys(virtualenv));
        Assert.Equal("-r requirements.txt", ((YamlScalarNode)((YamlSequenceNode)Node(virtualenv, "dependencies")).Children.Single()).Value);
        Assert.All(["mlflow", "onnx", "onnxruntime"], name => Assert.Contains(pip.Children, requirement => ((YamlScalarNode)requirement).Value!.StartsWith(name + ">=", StringComparison.Ordinal)));
    }

    private static YamlMappingNode Parse(string name)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Files[name]));
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    private static YamlNode Node(YamlMappingNode root, params string[] path) => path.Aggregate((YamlNode)root, (node, name) => node[name]);

    private static string Text(YamlMappingNode root, params string[] path) => ((YamlScalarNode)Node(root, path)).Value!;

    private static IEnumerable<string> Keys(YamlNode node) => ((YamlMappingNode)node).Children.Keys.Select(key => ((YamlScalarNode)key).Value!).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Tensors(string json) => JsonDocument.Parse(json).RootElement.EnumerateArray().Select(tensor =>
    {
        var spec = tensor.GetProperty("tensor-spec");
        return $"{tensor.GetProperty("name")} {tensor.GetProperty("type")} {spec.GetProperty("dtype")} {spec.GetProperty("shape")}";
    });
}
