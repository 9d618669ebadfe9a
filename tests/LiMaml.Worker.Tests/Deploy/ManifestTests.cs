using System.Runtime.CompilerServices;
using YamlDotNet.RepresentationModel;

namespace LiMaml.Worker.Tests.Deploy;

/// <summary>The manifests under runtime/LiMaml.Worker/deploy are YAML, and those for KServe have what its kinds ask for.</summary>
public sealed class ManifestTests
{
    private static readonly string Folder = Path.GetFullPath(Path.Combine(Here(), "../../../runtime/LiMaml.Worker/deploy"));

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Manifest_EveryDocument_IsAYamlObject(string file) => Assert.NotEmpty(Documents(file));

    [Fact]
    public void KServe_Worker_ServesTheProtocolWithARuntimeOfItsOwn()
    {
        var (runtime, service) = (Documents("kserve/worker.yaml")[0], Documents("kserve/worker.yaml")[1]);

        Assert.Equal(("serving.kserve.io/v1alpha1", "ServingRuntime"), (Text(runtime, "apiVersion"), Text(runtime, "kind")));
        Assert.Equal("kserve-container", Text(runtime, "spec", "containers", "0", "name"));
        Assert.Equal("v2", Text(runtime, "spec", "protocolVersions", "0"));
        Assert.Equal("/v2/health/ready", Text(runtime, "spec", "containers", "0", "readinessProbe", "httpGet", "path"));
        Assert.Equal(("serving.kserve.io/v1beta1", "InferenceService"), (Text(service, "apiVersion"), Text(service, "kind")));
        Assert.Equal(Text(runtime, "metadata", "name"), Text(service, "spec", "predictor", "model", "runtime"));
        Assert.Equal(Text(runtime, "spec", "supportedModelFormats", "0", "name"), Text(service, "spec", "predictor", "model", "modelFormat", "name"));
        Assert.Equal("v2", Text(service, "spec", "predictor", "model", "protocolVersion"));
    }

    [Fact]
    public void KServe_Triton_ServesThePackageAsItIs()
    {
        var service = Assert.Single(Documents("kserve/triton.yaml"));

        Assert.Equal(("serving.kserve.io/v1beta1", "InferenceService"), (Text(service, "apiVersion"), Text(service, "kind")));
        Assert.Equal(("triton", "v2"), (Text(service, "spec", "predictor", "model", "modelFormat", "name"), Text(service, "spec", "predictor", "model", "protocolVersion")));
        Assert.StartsWith("s3://", Text(service, "spec", "predictor", "model", "storageUri"), StringComparison.Ordinal);
    }

    private static YamlMappingNode[] Documents(string file)
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Folder, file));
        yaml.Load(reader);
        return [.. yaml.Documents.Select(document => Assert.IsType<YamlMappingNode>(document.RootNode))];
    }

    private static string Text(YamlNode root, params string[] path) =>
        ((YamlScalarNode)path.Aggregate(root, (node, step) => node is YamlSequenceNode list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : node[step])).Value!;

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
