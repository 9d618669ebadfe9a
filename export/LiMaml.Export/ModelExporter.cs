using System.Text;
using LiMaml.Export.Graphs;
using LiMaml.Export.Onnx;
using LiMaml.Export.Packages;
using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Export;

/// <summary>Checkpoint in, model package out: the network, its meta blocks and their fine-tuning as ONNX graphs.</summary>
public static class ModelExporter
{
    /// <summary>
    /// Writes the model package of <paramref name="checkpoint"/> to <paramref name="folder"/>, all or nothing. Equal
    /// checkpoints, handoff cases and options give equal bytes.
    /// </summary>
    /// <param name="checkpoint">The trained model.</param>
    /// <param name="handoff">Inputs of the graphs and what training computed for them, at least one case for each graph; see <see cref="PackageGraphs"/>.</param>
    /// <param name="folder">Where the package will be.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <param name="progress">Told the name of each graph once it is written.</param>
    /// <param name="cancellation">Stops between graphs and leaves nothing behind.</param>
    /// <returns>The package's manifest.</returns>
    /// <exception cref="InvalidInputException">
    /// The schema, the spec or the weights are inconsistent; the fine-tuning moves more than the meta block, so that no
    /// meta embedding can stand for a task; a handoff case does not fit its graph or a graph has none; or the folder may
    /// not be replaced.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Manifest Export(
        Checkpoint checkpoint,
        IReadOnlyList<HandoffCase> handoff,
        string folder,
        ExportOptions? options = null,
        IProgress<string>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(handoff);
        options ??= new ExportOptions();
        CheckServable(checkpoint, folder);
        var graphs = PackageGraphs.Of(checkpoint.Model, checkpoint.Schema);
        HandoffCheck.Fits(handoff, graphs);
        using var package = ModelPackageWriter.Create(folder, options.Overwrite);
        var weightsSha256 = BundleId.HashWeights(checkpoint.Weights);
        var handoffFile = package.AddHandoff(handoff);
        var bundleId = BundleId.Compute(checkpoint.Model, checkpoint.Schema, weightsSha256, handoffFile.Sha256);
        var network = new NetworkGraph(checkpoint.Model, checkpoint.Schema, (name, shape) => Weight(checkpoint, name, shape));
        foreach (var graph in graphs)
        {
            cancellation.ThrowIfCancellationRequested();
            Add(package, graph, network.Build(graph, GraphMetadata.Of(graph, bundleId)), bundleId, options);
            progress?.Report(graph.Name);
        }

        cancellation.ThrowIfCancellationRequested();
        return package.Complete(new PackageContents(
            checkpoint.Model, checkpoint.Schema, weightsSha256, graphs, Opset.Version, Opset.IrVersion, checkpoint.Provenance, options.Metrics));
    }

    private static void CheckServable(Checkpoint checkpoint, string folder)
    {
        SchemaValidation.Validate(checkpoint.Schema, "checkpoint: schema");
        SpecValidation.Validate(checkpoint.Model, checkpoint.Schema, "checkpoint: model");
        if (checkpoint.Model.FineTuning.Adapts is AdaptedWeights.Network)
        {
            throw new InvalidInputException(
                $"exporting to {folder}: model.fineTuning.adapts",
                "network",
                "metaBlock: a served model keeps one meta embedding for each task, which cannot carry adapted weights of the global block");
        }
    }

    private static float[] Weight(Checkpoint checkpoint, string name, ReadOnlySpan<long> shape) =>
        checkpoint.Weights.TryGetValue(name, out var tensor)
            ? tensor.Float32($"checkpoint: tensor '{name}'", shape)
            : throw new InvalidInputException("checkpoint: weights", $"no tensor '{name}'", "every parameter that the spec declares");

    private static void Add(ModelPackageWriter package, PackageGraph graph, OnnxModel model, string bundleId, ExportOptions options)
    {
        var folder = Path.GetDirectoryName(graph.Path)!.Replace('\\', '/');
        foreach (var (name, write) in model.ToFiles(Path.GetFileName(graph.Path), options.LargestMessageBytes))
        {
            package.AddFile($"{folder}/{name}", write);
        }

        package.AddFile($"{graph.Name}/{TritonConfig.FileName}", Encoding.UTF8.GetBytes(TritonConfig.Write(graph, bundleId)));
    }
}
