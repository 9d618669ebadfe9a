using System.Text.Json.Nodes;
using LiMaml.Export.Tests.Models;
using LiMaml.Export.Tests.Reference;
using LiMaml.Export.Tests.Running;
using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Export.Tests;

public sealed class ModelExporterTests
{
    private static readonly SampleModel Sample = new(SampleModel.DefaultSpec);

    [Fact]
    public void Export_ACheckpoint_WritesAPackageThatReplaysItsHandoff()
    {
        using var folder = new TemporaryFolder();
        var written = Export(Sample, folder, new ExportOptions { Metrics = new JsonObject { ["auc"] = 0.75 } });

        var package = ModelPackage.Open(Target(folder));

        Assert.Equal(["global", "meta", "adapt"], package.Manifest.Graphs.Select(graph => graph.Name));
        Assert.Equal(written.BundleId, package.Manifest.BundleId);
        Assert.Equal("sample", (string?)package.Manifest.Provenance["run"]);
        Assert.Equal(0.75, (double?)package.Manifest.Metrics["auc"]);
        Assert.Equal((13, 7), (package.Manifest.Opset, package.Manifest.IrVersion));
        foreach (var recorded in package.ReadHandoff())
        {
            Replay(package, recorded);
        }
    }

    [Fact]
    public void Export_EachGraph_CarriesBundleAndTaskAndNamedAxes()
    {
        using var folder = new TemporaryFolder();
        var manifest = Export(Sample, folder);
        foreach (var graph in manifest.Graphs)
        {
            using var session = new InferenceSession(Path.Combine(Target(folder), graph.Path));

            Assert.Equal(graph.Name, session.ModelMetadata.GraphName);
            Assert.Equal(manifest.BundleId, session.ModelMetadata.CustomMetadataMap["limaml.bundle_id"]);
            Assert.Equal(graph.Name, session.ModelMetadata.CustomMetadataMap["limaml.graph"]);
            Assert.Equal(graph.Task, session.ModelMetadata.CustomMetadataMap.GetValueOrDefault("limaml.task"));
            Assert.All(graph.Inputs, input => Assert.Equal(input.Axes, Axes(session.InputMetadata[input.Name])));
            Assert.All(graph.Outputs, output => Assert.Equal(output.Axes, Axes(session.OutputMetadata[output.Name])));
        }
    }

    [Fact]
    public void Export_Twice_GivesTheSameBytes()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        Export(Sample, first);
        Export(new SampleModel(SampleModel.DefaultSpec), second);

        var paths = Directory.EnumerateFiles(Target(first), "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Target(first), path)).Order().ToList();

        Assert.Equal(8, paths.Count);
        Assert.All(paths, path => Assert.Equal(File.ReadAllBytes(Path.Combine(Target(first), path)), File.ReadAllBytes(Path.Combine(Target(second), path))));
    }

    [Theory]
    [InlineData(ExportProfile.Default)]
    [InlineData(ExportProfile.Widest)]
    [InlineData(ExportProfile.Latest)]
    public void Export_TwiceInAProfile_GivesTheSameBytesAndTheBundleOfEveryProfile(ExportProfile profile)
    {
        using var folder = new TemporaryFolder();
        string[] Write(string name)
        {
            ModelExporter.Export(SampleCheckpoint.Of(Sample), SampleCheckpoint.Handoff(Sample), folder[name], new ExportOptions { Profile = profile });
            return [.. Directory.EnumerateFiles(folder[name], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => Convert.ToHexString(File.ReadAllBytes(path)))];
        }

        Assert.Equal(Write("first"), Write("second"));
        using var other = new TemporaryFolder();
        Assert.Equal(Export(Sample, other).BundleId, ModelPackage.Open(folder["first"]).Manifest.BundleId);
    }

    [Fact]
    public void Export_OtherWeights_GiveAnotherBundle()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        Assert.NotEqual(Export(Sample, first).BundleId, Export(new SampleModel(SampleModel.DefaultSpec, seed: 4), second).BundleId);
    }

    [Fact]
    public void Export_TwoDefinitions_NamesGraphsAfterThem()
    {
        var block = SampleModel.DefaultSpec.MetaBlocks[0];
        var model = new SampleModel(SampleModel.DefaultSpec with { MetaBlocks = [block, block with { Task = "item", Features = ["genres", "raw"] }] });
        using var folder = new TemporaryFolder();
        Export(model, folder);
        var package = ModelPackage.Open(Target(folder));

        Assert.Equal(["global", "meta-member", "adapt-member", "meta-item", "adapt-item"], package.Manifest.Graphs.Select(graph => graph.Name));
        Assert.Equal(["meta_embedding_member", "meta_embedding_item"], package.Global.Inputs.Take(2).Select(input => input.Name));
        Assert.Contains("support_meta_embedding_item", package.Adapt("member").Inputs.Select(input => input.Name));
        Assert.Equal("adapt-item/1/model.onnx", package.Adapt("item").Path);
        foreach (var recorded in package.ReadHandoff())
        {
            Replay(package, recorded);
        }
    }

    [Fact]
    public void Export_LargeConstants_LieInAListedFileBesideTheGraph()
    {
        var spec = SampleModel.DefaultSpec with { Global = SampleModel.DefaultSpec.Global with { Layers = [new(64), new(64)] } };
        using var folder = new TemporaryFolder();
        Export(new SampleModel(spec), folder, new ExportOptions { LargestMessageBytes = 4096 });
        var package = ModelPackage.Open(Target(folder));

        Assert.Contains("global/1/model.onnx.data", package.Manifest.Files.Select(file => file.Path));
        foreach (var recorded in package.ReadHandoff())
        {
            Replay(package, recorded);
        }
    }

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(4096)]
    public void Export_ACheckpointOnDisk_GivesTheSameBytesAsOneInMemory(long largestMessage)
    {
        using var folder = new TemporaryFolder();
        var model = new SampleModel(SampleModel.DefaultSpec with { Global = SampleModel.DefaultSpec.Global with { Layers = [new(64), new(64)] } });
        var options = new ExportOptions { LargestMessageBytes = largestMessage };
        SampleCheckpoint.Of(model).Write(folder["checkpoint"]);
        Export(model, folder, options);

        ModelExporter.Export(StoredCheckpoint.Open(folder["checkpoint"]), SampleCheckpoint.Handoff(model), folder["stored"], options, cancellation: TestContext.Current.CancellationToken);

        var paths = Directory.EnumerateFiles(folder["stored"], "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder["stored"], path)).ToList();
        Assert.Equal(largestMessage == 4096, paths.Contains(Path.Combine("global", "1", "model.onnx.data")));
        Assert.All(paths, path => Assert.Equal(File.ReadAllBytes(Path.Combine(Target(folder), path)), File.ReadAllBytes(Path.Combine(folder["stored"], path))));
    }

    [Fact]
    public void Export_AsAModelOfMlflow_ListsItsFilesBesideTheGlobalGraph()
    {
        using var folder = new TemporaryFolder();
        Export(Sample, folder, new ExportOptions { Mlflow = true });

        Assert.Equal(
            ["global/1/MLmodel", "global/1/conda.yaml", "global/1/model.onnx", "global/1/python_env.yaml", "global/1/requirements.txt"],
            ModelPackage.Open(Target(folder)).Manifest.Files.Select(file => file.Path).Where(path => path.StartsWith("global/1/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Export_FineTuningOfTheNetwork_IsRefused()
    {
        var network = SampleModel.DefaultSpec.FineTuning with { Adapts = AdaptedWeights.Network };
        var spec = SampleModel.DefaultSpec with { Algorithm = TrainingAlgorithm.Maml, InnerLoop = network, FineTuning = network };
        AssertRefused(new SampleModel(spec), "fineTuning.adapts: found network, expected metaBlock");
    }

    [Fact]
    public void Export_MissingOrMisshapenWeight_IsRefused()
    {
        var checkpoint = SampleCheckpoint.Of(Sample);
        var missing = checkpoint.Weights.Where(weight => weight.Key != "global.layers.1.bias").ToDictionary();
        var misshapen = new Dictionary<string, NamedTensor>(checkpoint.Weights) { ["global.layers.1.bias"] = new([4], new float[4]) };

        AssertRefused(checkpoint with { Weights = missing }, "no tensor 'global.layers.1.bias'");
        AssertRefused(checkpoint with { Weights = misshapen }, "'global.layers.1.bias': found F32 [4], expected F32 [5]");
    }

    [Fact]
    public void Export_HandoffThatDoesNotFit_IsRefused()
    {
        var checkpoint = SampleCheckpoint.Of(Sample);
        var cases = SampleCheckpoint.Handoff(Sample);
        HandoffCase With(string input, NamedTensor tensor) => cases[0] with { Inputs = new Dictionary<string, NamedTensor>(cases[0].Inputs) { [input] = tensor } };

        AssertRefused(checkpoint, "no case for graph 'adapt'", [.. cases.Where(recorded => recorded.Graph != "adapt")]);
        AssertRefused(checkpoint, "found graph 'other', expected one of adapt, global, meta", [.. cases, cases[0] with { Graph = "other" }]);
        AssertRefused(checkpoint, "'global/random': inputs", [With("extra", new([1], new float[1]))]);
        AssertRefused(checkpoint, "input 'dense': found Single[] [2, 3], expected Float32 [rows, 3]", [With("dense", new([2, 3], new float[6]))]);
        AssertRefused(checkpoint, "input 'categorical': found Single[] [3, 2], expected Int64 [rows, 2]", [With("categorical", new([3, 2], new float[6]))]);
    }

    [Fact]
    public void Export_IntoAFolderInUse_NeedsOverwrite()
    {
        using var folder = new TemporaryFolder();
        var first = Export(Sample, folder);

        Assert.Throws<InvalidInputException>(() => Export(new SampleModel(SampleModel.DefaultSpec, seed: 4), folder));
        Assert.Equal(first.BundleId, ModelPackage.Open(Target(folder)).Manifest.BundleId);
        var second = Export(new SampleModel(SampleModel.DefaultSpec, seed: 4), folder, new ExportOptions { Overwrite = true });
        Assert.Equal(second.BundleId, ModelPackage.Open(Target(folder)).Manifest.BundleId);
    }

    [Fact]
    public void Export_Cancelled_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var progress = new CancelAfterFirst(cancellation);

        Assert.Throws<OperationCanceledException>(() => ModelExporter.Export(
            SampleCheckpoint.Of(Sample), SampleCheckpoint.Handoff(Sample), Target(folder), null, progress, cancellation.Token));

        Assert.Equal(["global"], progress.Reported);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static string Target(TemporaryFolder folder) => Path.Combine(folder.Path, "package");

    private static Manifest Export(SampleModel model, TemporaryFolder folder, ExportOptions? options = null) =>
        ModelExporter.Export(SampleCheckpoint.Of(model), SampleCheckpoint.Handoff(model), Target(folder), options, cancellation: TestContext.Current.CancellationToken);

    private static void AssertRefused(SampleModel model, string reason) => AssertRefused(SampleCheckpoint.Of(model), reason, SampleCheckpoint.Handoff(model));

    private static void AssertRefused(Checkpoint checkpoint, string reason, List<HandoffCase>? handoff = null)
    {
        using var folder = new TemporaryFolder();
        var refusal = Assert.Throws<InvalidInputException>(() => ModelExporter.Export(checkpoint, handoff ?? SampleCheckpoint.Handoff(Sample), Target(folder)));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static void Replay(ModelPackage package, HandoffCase recorded)
    {
        var graph = package.Manifest.Graphs.Single(graph => graph.Name == recorded.Graph);
        using var session = new InferenceSession(package.PathOf(graph));
        var outputs = GraphRun.Run(session, recorded.Inputs.ToDictionary(input => input.Key, input => Array(input.Value)));
        foreach (var output in graph.Outputs)
        {
            GraphRun.AssertClose(Array(recorded.Outputs[output.Name]), outputs[output.Name], output.Tolerance, $"{graph.Name}: {output.Name}");
        }
    }

    private static NdArray Array(NamedTensor tensor) => new([.. tensor.Data.Cast<object>().Select(value => Convert.ToDouble(value, null))], [.. tensor.Shape.Select(size => (int)size)]);

    private static IEnumerable<string> Axes(NodeMetadata metadata) =>
        metadata.SymbolicDimensions.Zip(metadata.Dimensions, (name, size) => size < 0 ? name : size.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private sealed class CancelAfterFirst(CancellationTokenSource cancellation) : IProgress<string>
    {
        public List<string> Reported { get; } = [];

        public void Report(string value)
        {
            Reported.Add(value);
            cancellation.Cancel();
        }
    }
}
