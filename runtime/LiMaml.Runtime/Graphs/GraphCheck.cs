using LiMaml.Models;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LiMaml.Runtime.Graphs;

/// <summary>Whether a graph, the manifest that describes it and the model that it serves agree.</summary>
internal static class GraphCheck
{
    private const string BundleIdKey = "limaml.bundle_id";

    /// <summary>Checks what the manifest says of a graph against what its model needs.</summary>
    /// <exception cref="InvalidInputException">Names the graph and the tensor, what the manifest says and what the model needs.</exception>
    public static void CheckManifest(Manifest manifest, PackageGraph graph)
    {
        var needed = PackageGraphs.Of(manifest.Model, manifest.Schema).Single(other => other.Kind == graph.Kind && other.Task == graph.Task);
        var where = $"graph '{graph.Name}' in the manifest";
        Check($"{where}, input", "the manifest", graph.Inputs.ToDictionary(input => input.Name, Describe), needed.Inputs.ToDictionary(input => input.Name, Describe), "the model needs");
        Check($"{where}, output", "the manifest", graph.Outputs.ToDictionary(output => output.Name, Describe), needed.Outputs.ToDictionary(output => output.Name, Describe), "the model needs");
    }

    /// <summary>Checks a loaded graph against what the manifest says of it, its bundle included.</summary>
    /// <exception cref="InvalidInputException">Names the graph and the tensor, what the graph has and what the manifest says.</exception>
    public static void CheckSession(InferenceSession session, PackageGraph graph, string bundleId)
    {
        var where = $"graph '{graph.Name}'";
        Check($"{where}, input", "the graph", Describe(session.InputMetadata), graph.Inputs.ToDictionary(input => input.Name, input => GraphTensor.Of(input).Type), "the manifest says");
        Check($"{where}, output", "the graph", Describe(session.OutputMetadata), graph.Outputs.ToDictionary(output => output.Name, Describe), "the manifest says");
        session.ModelMetadata.CustomMetadataMap.TryGetValue(BundleIdKey, out var found);
        if (found != bundleId)
        {
            throw new InvalidInputException($"{where}, metadata {BundleIdKey}", found ?? "none", $"{bundleId}, the manifest's bundle id");
        }
    }

    private static void Check(string where, string holder, Dictionary<string, string> found, Dictionary<string, string> expected, string who)
    {
        foreach (var (name, type) in expected)
        {
            if (!found.TryGetValue(name, out var actual) || actual != type)
            {
                throw new InvalidInputException($"{where} '{name}'", actual ?? $"no such tensor in {holder}", $"{type}, as {who}");
            }
        }

        if (found.Keys.FirstOrDefault(name => !expected.ContainsKey(name)) is { } unknown)
        {
            throw new InvalidInputException($"{where} '{unknown}'", $"it in {holder}", $"only {string.Join(", ", expected.Keys)}, as {who}");
        }
    }

    private static string Describe(GraphInput input) =>
        GraphTensor.Of(input).Type + (input.Features.Count == 0 ? "" : $" of {string.Join(", ", input.Features)}");

    private static string Describe(GraphOutput output) => GraphTensor.Of(output).Type;

    private static Dictionary<string, string> Describe(IReadOnlyDictionary<string, NodeMetadata> tensors) =>
        tensors.ToDictionary(tensor => tensor.Key, tensor => Describe(tensor.Key, tensor.Value));

    private static string Describe(string name, NodeMetadata metadata)
    {
        if (!metadata.IsTensor)
        {
            return metadata.OnnxValueType.ToString();
        }

        string[] axes = [.. metadata.Dimensions.Select((size, axis) => size >= 0 ? $"{size}" : metadata.SymbolicDimensions[axis])];
        return metadata.ElementDataType switch
        {
            TensorElementType.Float => new GraphTensor(name, ElementKind.Float32, axes).Type,
            TensorElementType.Int64 => new GraphTensor(name, ElementKind.Int64, axes).Type,
            var other => $"{other.ToString().ToLowerInvariant()} [{string.Join(", ", axes)}]",
        };
    }
}
