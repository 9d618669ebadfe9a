using System.Text.Json.Nodes;
using LiMaml.Export.Graphs;

namespace LiMaml.Export;

/// <summary>How a model package is written.</summary>
public sealed record ExportOptions
{
    /// <summary>Whether a package that lies in the target folder may be replaced; other folders never are. Default false.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Which runtimes the graphs are written for. Default <see cref="ExportProfile.Default"/>.</summary>
    public ExportProfile Profile { get; init; } = ExportProfile.Default;

    /// <summary>What was measured on the model, for the manifest. Default empty.</summary>
    public JsonObject Metrics { get; init; } = [];

    /// <summary>
    /// Bytes of constants, 0 or more, that a graph's <c>model.onnx</c> may hold; more go to <c>model.onnx.data</c> beside
    /// it. Protobuf ends at 2 GiB, and some runtimes below. Default 1 GiB.
    /// </summary>
    public long LargestMessageBytes { get; init; } = OnnxModel.DefaultLargestMessage;

    /// <summary>How Triton merges requests, for the <c>config.pbtxt</c> of each graph. Default: whatever waits at the same time.</summary>
    public TritonBatching Batching { get; init; } = new();

    /// <summary>Whether the folder of the global graph's <c>model.onnx</c> is made a model of MLflow as well. Default false.</summary>
    public bool Mlflow { get; init; }
}
