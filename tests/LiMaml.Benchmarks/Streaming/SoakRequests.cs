using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace LiMaml.Benchmarks.Streaming;

/// <summary>Scoring requests with binary tensors, made up once from what the worker says of its inputs.</summary>
internal sealed class SoakRequests
{
    private static readonly int[] RowCounts = [1, 7, 40, 200];
    private readonly List<(byte[] Body, int JsonBytes)> requests = [];

    /// <summary>Requests for each of <paramref name="keys"/>, of several sizes.</summary>
    /// <param name="inputs">The metadata's inputs.</param>
    /// <param name="keys">Of tasks.</param>
    internal SoakRequests(JsonArray inputs, IEnumerable<string> keys)
    {
        var random = new Random(7);
        foreach (var (index, key) in keys.Index())
        {
            requests.Add(Request(inputs, key, RowCounts[index % RowCounts.Length], random));
        }
    }

    /// <summary>How many there are.</summary>
    internal int Count => requests.Count;

    /// <summary>One of them, to be sent.</summary>
    internal ByteArrayContent Content(int index)
    {
        var content = new ByteArrayContent(requests[index].Body);
        content.Headers.Add("Inference-Header-Content-Length", requests[index].JsonBytes.ToString(CultureInfo.InvariantCulture));
        return content;
    }

    private static (byte[] Body, int JsonBytes) Request(JsonArray inputs, string key, int rows, Random random)
    {
        var (described, binary) = (new JsonArray(new JsonObject { ["name"] = "task", ["datatype"] = "BYTES", ["shape"] = new JsonArray(1), ["data"] = new JsonArray(key) }), new List<byte>());
        foreach (var input in inputs.Where(input => (string)input!["name"]! is var name && name != "task" && !name.StartsWith("meta_", StringComparison.Ordinal)))
        {
            var (width, isFloat) = ((int)input!["shape"]![1]!, (string?)input["datatype"] == "FP32");
            var bytes = isFloat ? Floats(rows * width, random) : Indices(rows * width, random);
            binary.AddRange(bytes);
            described.Add(new JsonObject
            {
                ["name"] = (string)input["name"]!,
                ["datatype"] = (string)input["datatype"]!,
                ["shape"] = new JsonArray(rows, width),
                ["parameters"] = new JsonObject { ["binary_data_size"] = bytes.Length },
            });
        }

        var outputs = new JsonArray(new JsonObject { ["name"] = "logit", ["parameters"] = new JsonObject { ["binary_data"] = true } });
        var json = Encoding.UTF8.GetBytes(new JsonObject { ["inputs"] = described, ["outputs"] = outputs }.ToJsonString());
        return ([.. json, .. binary], json.Length);
    }

    private static byte[] Floats(int count, Random random) => MemoryMarshal.AsBytes(Enumerable.Range(0, count).Select(_ => random.NextSingle()).ToArray().AsSpan()).ToArray();

    // Within every table of the model, none of them 'nothing'.
    private static byte[] Indices(int count, Random random)
    {
        var bytes = new byte[count * sizeof(long)];
        for (var place = 0; place < count; place++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(place * sizeof(long)), 1 + random.Next(10));
        }

        return bytes;
    }
}
