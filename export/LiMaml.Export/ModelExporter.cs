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
    /// <param name="checkpoint">The trained model. Its weights are read while they are written, so tables may be larger than memory.</param>
    /// <param name="handoff">Inputs of the graphs and what training computed for them, at least one case for each graph; see <see cref="PackageGraphs"/>.</param>
    /// <param name="folder">Where the package will be.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <param name="progress">Told the name of each graph once it is written.</param>
    /// <param name="cancellation">Stops between graphs and leaves nothing behind.</param>
    /// <returns>The package's manifest.</returns>
    /// <exception cref="InvalidInputException">
    /// The schema, the spec or the weights are inconsistent; the fine-tuning moves more than the meta block, so that no
    /// meta embedding can stand for a task; a handoff case does not fit its graph or a graph has none; the folder may not
    /// be replaced; or an option is out of range.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Manifest Export(
        StoredCheckpoint checkpoint,
        IReadOnlyList<HandoffCase> handoff,
        string folder,
        ExportOptions? options = null,
        IProgress<string>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return Export(ServedModel.Of(checkpoint), handoff, folder, options, progress, cancellation);
    }

    /// <inheritdoc cref="Export(StoredCheckpoint, IReadOnlyList{HandoffCase}, string, ExportOptions?, IProgress{string}?, CancellationToken)"/>
    public static Manifest Export(
        Checkpoint checkpoint,
        IReadOnlyList<HandoffCase> handoff,
        string folder,
        ExportOptions? options = null,
        IProgress<string>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return Export(ServedModel.Of(checkpoint), handoff, folder, options, progress, cancellation);
    }

    private static Manifest Export(
        ServedModel model, IReadOnlyList<HandoffCase> handoff, string folder, ExportOptions? options, IProgress<string>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(handoff);
        options ??= new ExportOptions();
        options.Batching.Validate();
        CheckServable(model, folder);
        var graphs = PackageGraphs.Of(model.Spec, model.Schema);
        HandoffCheck.Fits(handoff, graphs);
        using var package = ModelPackageWriter.Create(folder, options.Overwrite);
        var weightsSha256 = BundleId.HashWeights(model.Weights);
        var handoffFile = package.AddHandoff(handoff);
        var bundleId = BundleId.Compute(model.Spec, model.Schema, weightsSha256, handoffFile.Sha256);
        var operators = OperatorSet.Of(options.Profile);
        var network = new NetworkGraph(model.Spec, model.Schema, model.Weight, options.Profile);
        foreach (var graph in graphs)
        {
            cancellation.ThrowIfCancellationRequested();
            Add(package, graph, network.Build(graph, GraphMetadata.Of(graph, bundleId)), bundleId, options);
            progress?.Report(graph.Name);
        }

        cancellation.ThrowIfCancellationRequested();
        return package.Complete(new PackageContents(
            model.Spec, model.Schema, weightsSha256, graphs, operators.Version, operators.IrVersion, model.Provenance, options.Metrics));
    }

    private static void CheckServable(ServedModel model, string folder)
    {
        SchemaValidation.Validate(model.Schema, "checkpoint: schema");
        SpecValidation.Validate(model.Spec, model.Schema, "checkpoint: model");
        if (model.Spec.FineTuning.Adapts is AdaptedWeights.Network)
        {
            throw new InvalidInputException(
                $"exporting to {folder}: model.fineTuning.adapts",
                "network",
                "metaBlock: a served model keeps one meta embedding for each task, which cannot carry adapted weights of the global block");
        }
    }

    private static void Add(ModelPackageWriter package, PackageGraph graph, OnnxModel model, string bundleId, ExportOptions options)
    {
        var folder = Path.GetDirectoryName(graph.Path)!.Replace('\\', '/');
        foreach (var (name, write) in model.ToFiles(Path.GetFileName(graph.Path), options.LargestMessageBytes))
        {
            package.AddFile($"{folder}/{name}", write);
        }

        package.AddFile($"{graph.Name}/{TritonConfig.FileName}", Encoding.UTF8.GetBytes(TritonConfig.Write(graph, bundleId, options.Batching)));
        if (options.Mlflow && graph.Kind is GraphKind.Global)
        {
            foreach (var (name, text) in MlflowFlavour.Files(graph, Path.GetFileName(graph.Path), bundleId))
            {
                package.AddFile($"{folder}/{name}", Encoding.UTF8.GetBytes(text));
            }
        }
    }
}
