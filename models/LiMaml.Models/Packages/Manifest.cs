using System.Text.Json.Nodes;
using LiMaml.Models.Json;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Packages;

/// <summary>What a graph of a model package computes.</summary>
public enum GraphKind
{
    /// <summary>The global block: meta embeddings and other features → prediction.</summary>
    Global,

    /// <summary>A meta block as trained: meta features → meta embedding of a task without history.</summary>
    Meta,

    /// <summary>Algorithm 2b: support set and latest sample of each task → its meta embedding.</summary>
    Adapt,
}

/// <summary>An input tensor of a graph.</summary>
/// <param name="Name">As in the graph.</param>
/// <param name="Kind">Element type.</param>
/// <param name="Axes">Names of free axes (<c>rows</c>, <c>tasks</c>, <c>support</c>) and sizes of fixed ones.</param>
/// <param name="Features">The features in it, in the order of the last axis, or one feature for the whole axis; empty for embeddings, labels and weights.</param>
public sealed record GraphInput(string Name, ElementKind Kind, IReadOnlyList<string> Axes, IReadOnlyList<string> Features);

/// <summary>An output tensor of a graph.</summary>
/// <param name="Name">As in the graph.</param>
/// <param name="Kind">Element type.</param>
/// <param name="Axes">As for <see cref="GraphInput"/>.</param>
/// <param name="Tolerance">Largest |found − expected| ÷ max(1, |expected|) against the handoff values that counts as equal; 0 or more.</param>
public sealed record GraphOutput(string Name, ElementKind Kind, IReadOnlyList<string> Axes, double Tolerance);

/// <summary>One ONNX graph of a package.</summary>
/// <param name="Name">The graph's folder, and its name in model servers and in the handoff file: letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Kind">What it computes.</param>
/// <param name="Path">Its <c>model.onnx</c>, relative to the package, with <c>/</c>.</param>
/// <param name="Inputs">All inputs, in the order of the graph.</param>
/// <param name="Outputs">All outputs, in the order of the graph.</param>
/// <param name="Task">The task definition it serves; null for the global block.</param>
public sealed record PackageGraph(string Name, GraphKind Kind, string Path, IReadOnlyList<GraphInput> Inputs, IReadOnlyList<GraphOutput> Outputs, string? Task = null);

/// <summary>A file of a package.</summary>
/// <param name="Path">Relative to the package, with <c>/</c>.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Of its contents, 64 lower-case hexadecimal digits.</param>
public sealed record PackageFile(string Path, long Bytes, string Sha256);

/// <summary>The <c>manifest.json</c> of a model package.</summary>
/// <param name="FormatVersion">Version of the written form, <see cref="CurrentFormatVersion"/>; older ones are brought to it when they are read.</param>
/// <param name="BundleId">Identifies the model; see <see cref="Packages.BundleId"/>.</param>
/// <param name="Model">Both blocks and the fine-tuning that the adapt graphs do.</param>
/// <param name="Schema">Features with vocabularies and normalisation.</param>
/// <param name="WeightsSha256">Hash of the checkpoint's weights.</param>
/// <param name="Graphs">One global; one meta and one adapt for each meta block.</param>
/// <param name="Files">Every file of the package but the manifest, by ordinal path.</param>
/// <param name="Opset">ONNX operator set of all graphs.</param>
/// <param name="IrVersion">ONNX IR version of all graphs.</param>
/// <param name="Provenance">How the model came to be.</param>
/// <param name="Metrics">What was measured on it.</param>
public sealed record Manifest(
    int FormatVersion,
    string BundleId,
    ModelSpec Model,
    DatasetSchema Schema,
    string WeightsSha256,
    IReadOnlyList<PackageGraph> Graphs,
    IReadOnlyList<PackageFile> Files,
    int Opset,
    int IrVersion,
    JsonObject Provenance,
    JsonObject Metrics)
{
    /// <summary>The version this code writes.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Name of the file.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The versions that are read. A change of the written form adds an upgrade here and raises <see cref="CurrentFormatVersion"/>.</summary>
    internal static readonly FormatVersions Versions = new("model package", "export its checkpoint again with this one");
}
