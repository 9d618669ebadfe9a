using System.Globalization;
using System.Text;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;

namespace LiMaml.Export.Packages;

/// <summary>
/// The <c>config.pbtxt</c> that makes a graph's folder a model of Triton Inference Server. Where rows are independent and
/// every tensor has a last axis of its own, as in the global and meta graphs, the server may merge requests; the adapt
/// graph has a second free axis and outputs without any other, so there shapes are stated in full.
/// </summary>
internal static class TritonConfig
{
    /// <summary>The file's name.</summary>
    public const string FileName = "config.pbtxt";

    /// <summary>The file's text, in protobuf's text form.</summary>
    public static string Write(PackageGraph graph, string bundleId, TritonBatching batching)
    {
        var batched = graph.Kind is not GraphKind.Adapt;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"name: \"{graph.Name}\"\nbackend: \"onnxruntime\"\nmax_batch_size: {(batched ? TritonBatching.LargestBatch : 0)}\n");
        foreach (var input in graph.Inputs)
        {
            AppendTensor(text, "input", input.Name, input.Kind, input.Axes, batched);
        }

        foreach (var output in graph.Outputs)
        {
            AppendTensor(text, "output", output.Name, output.Kind, output.Axes, batched);
        }

        if (batched)
        {
            text.Append(CultureInfo.InvariantCulture, $"dynamic_batching {{ {Batching(batching)}}}\n");
        }

        return text
            .Append("version_policy { specific { versions: [ 1 ] } }\n")
            .Append(CultureInfo.InvariantCulture, $"parameters {{ key: \"{GraphMetadata.BundleId}\" value {{ string_value: \"{bundleId}\" }} }}\n")
            .ToString();
    }

    private static void AppendTensor(StringBuilder text, string field, string name, ElementKind kind, IReadOnlyList<string> axes, bool batched)
    {
        var sizes = axes.Skip(batched ? 1 : 0).Select(axis => char.IsAsciiDigit(axis[0]) ? axis : "-1");
        text.Append(CultureInfo.InvariantCulture, $"{field} [ {{ name: \"{name}\" data_type: {TypeName(kind)} dims: [ {string.Join(", ", sizes)} ] }} ]\n");
    }

    private static string Batching(TritonBatching batching)
    {
        var sizes = batching.PreferredSizes.Count == 0 ? "" : $"preferred_batch_size: [ {string.Join(", ", batching.PreferredSizes)} ] ";
        var delay = (long)batching.QueueDelay.TotalMicroseconds;
        return delay == 0 ? sizes : string.Create(CultureInfo.InvariantCulture, $"{sizes}max_queue_delay_microseconds: {delay} ");
    }

    private static string TypeName(ElementKind kind) => kind switch
    {
        ElementKind.Float32 => "TYPE_FP32",
        ElementKind.Int64 => "TYPE_INT64",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not an element type of a graph"),
    };
}
