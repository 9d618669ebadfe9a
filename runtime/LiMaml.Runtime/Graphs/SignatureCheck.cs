using LiMaml.Models;
using LiMaml.Models.Network;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>Compares what a manifest says of a graph with the graph itself.</summary>
internal static class SignatureCheck
{
    /// <summary>Checks names, element types, axes and the bundle id.</summary>
    /// <exception cref="InvalidInputException">They disagree; names the graph, the tensor, what the graph has and what the manifest says.</exception>
    public static void Check(InferenceSession session, GraphSignature signature)
    {
        CheckTensors($"graph '{signature.Name}', input", session.InputMetadata, signature.Inputs);
        CheckTensors($"graph '{signature.Name}', output", session.OutputMetadata, signature.Outputs);
        session.ModelMetadata.CustomMetadataMap.TryGetValue(GraphSignature.BundleIdKey, out var bundleId);
        if (signature.BundleId is not null && bundleId != signature.BundleId)
        {
            throw new InvalidInputException(
                $"graph '{signature.Name}', metadata {GraphSignature.BundleIdKey}", bundleId ?? "none", $"{signature.BundleId}, the manifest's bundle id");
        }
    }

    private static void CheckTensors(string where, IReadOnlyDictionary<string, NodeMetadata> found, IReadOnlyList<GraphTensor> expected)
    {
        foreach (var name in found.Keys.Except(expected.Select(tensor => tensor.Name)).Order(StringComparer.Ordinal))
        {
            throw new InvalidInputException($"{where} '{name}'", "it in the graph", $"only what the manifest names: {Names(expected)}");
        }

        foreach (var tensor in expected)
        {
            if (!found.TryGetValue(tensor.Name, out var metadata))
            {
                throw new InvalidInputException($"{where} '{tensor.Name}'", "no such tensor in the graph", $"{tensor}, as the manifest says");
            }

            if (Describe(tensor.Name, metadata) is var actual && actual != tensor.ToString())
            {
                throw new InvalidInputException($"{where} '{tensor.Name}'", actual, $"{tensor}, as the manifest says");
            }
        }
    }

    private static string Describe(string name, NodeMetadata metadata)
    {
        if (!metadata.IsTensor)
        {
            return $"{name} of kind {metadata.OnnxValueType}";
        }

        var axes = metadata.Dimensions.Select((size, axis) => size >= 0 ? $"{size}" : metadata.SymbolicDimensions[axis]);
        return metadata.ElementDataType switch
        {
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => new GraphTensor(name, ElementKind.Float32, [.. axes]).ToString(),
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 => new GraphTensor(name, ElementKind.Int64, [.. axes]).ToString(),
            var other => $"{name} {other.ToString().ToLowerInvariant()} [{string.Join(", ", axes)}]",
        };
    }

    private static string Names(IReadOnlyList<GraphTensor> tensors) => string.Join(", ", tensors.Select(tensor => tensor.Name));
}
