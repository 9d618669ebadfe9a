using System.Text.Json.Nodes;

namespace LiMaml.Export;

/// <summary>How a model package is written.</summary>
public sealed record ExportOptions
{
    /// <summary>Whether a package that lies in the target folder may be replaced; other folders never are. Default false.</summary>
    public bool Overwrite { get; init; }

    /// <summary>What was measured on the model, for the manifest. Default empty.</summary>
    public JsonObject Metrics { get; init; } = [];

    /// <summary>
    /// Bytes of constants, 0 or more, that a graph's <c>model.onnx</c> may hold; more go to <c>model.onnx.data</c> beside
    /// it. Protobuf ends at 2 GiB, and some runtimes below. Default 1 GiB.
    /// </summary>
    public long LargestMessageBytes { get; init; } = 1L << 30;
}
