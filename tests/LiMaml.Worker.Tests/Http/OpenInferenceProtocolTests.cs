using System.Text.Json.Nodes;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Worker.Tests.Http;

/// <summary>
/// A client that knows the Open Inference Protocol v2 and nothing else: it asks what the server and the model are, makes
/// tensors of what the model says, and holds every answer to the protocol's members and types.
/// </summary>
public sealed class OpenInferenceProtocolTests
{
    private const int Rows = 3;
    private static readonly string[] Datatypes = ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"];

    [Fact]
    public async Task Session_OfAStockClient_NeedsTheMetadataOnly()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Two);
        await host.Serving.ServeAsync(1, "a");

        var (_, server) = await host.GetAsync("v2");
        Members(server!, ["name", "version", "extensions"]);
        Assert.All(["v2/health/live", "v2/health/ready", "v2/models/limaml/ready"], path => Assert.Equal(200, host.GetAsync(path).GetAwaiter().GetResult().Status));
        var (_, model) = await host.GetAsync("v2/models/limaml");
        Members(model!, ["name", "versions", "platform", "inputs", "outputs"]);
        foreach (var tensor in model!["inputs"]!.AsArray().Concat(model["outputs"]!.AsArray()))
        {
            Members(tensor!, ["name", "datatype", "shape"], "parameters");
            Assert.Contains((string)tensor!["datatype"]!, Datatypes);
        }

        var inputs = model["inputs"]!.AsArray().Select(Input).ToArray();
        var (status, json) = await host.PostAsync("v2/models/limaml/infer", new JsonObject { ["id"] = "stock", ["inputs"] = new JsonArray([.. inputs.Select(input => InJson(input))]) });
        Assert.True(status == 200, json!.ToJsonString());
        Members(json!, ["model_name", "model_version", "id", "outputs"], "parameters");
        Assert.Equal(("limaml", "stock", (string?)model["versions"]![0]), ((string?)json!["model_name"], (string?)json["id"], (string?)json["model_version"]));
        foreach (var (output, described) in json["outputs"]!.AsArray().Zip(model["outputs"]!.AsArray()))
        {
            Members(output!, ["name", "datatype", "shape", "data"]);
            Assert.Equal(((string?)described!["name"], (string?)described["datatype"]), ((string?)output!["name"], (string?)output["datatype"]));
            Assert.Equal(Concrete(described["shape"]!), output["shape"]!.AsArray().Select(size => (long)size!));
            Assert.Equal(Concrete(described["shape"]!).Aggregate(1L, (product, size) => product * size), output["data"]!.AsArray().Count);
        }

        var (header, bytes) = await host.PostBinaryAsync("v2/models/limaml/infer", InBinary(inputs), [.. inputs.SelectMany(input => InferenceHost.Bytes(input.Data))]);
        Assert.Equal(bytes.Length, header["outputs"]!.AsArray().Sum(output => (int)output!["parameters"]!["binary_data_size"]!));
        Assert.Equal(InferenceHost.Bytes(InferenceHost.Numbers(json, "logit")), bytes[..(Rows * sizeof(float))]);
    }

    [Theory]
    [InlineData("v2/models/other", 404)]
    [InlineData("v2/models/other/ready", 404)]
    public async Task Error_OfAnyAddress_IsAnObjectWithOneMember(string path, int expected)
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        await host.Serving.ServeAsync(1, "a");
        var (status, body) = await host.GetAsync(path);

        Assert.Equal(expected, status);
        Members(body!, ["error"]);
    }

    private static (string Name, string Datatype, long[] Shape, Array Data) Input(JsonNode? described)
    {
        var shape = Concrete(described!["shape"]!);
        var count = (int)shape.Aggregate(1L, (product, size) => product * size);
        var datatype = (string)described["datatype"]!;
        Array data = datatype switch
        {
            "BYTES" => Enumerable.Repeat("a", count).ToArray(),
            "INT64" => new long[count],
            _ => new float[count],
        };
        return ((string)described["name"]!, datatype, shape, data);
    }

    private static JsonObject InJson((string Name, string Datatype, long[] Shape, Array Data) input) => new()
    {
        ["name"] = input.Name,
        ["datatype"] = input.Datatype,
        ["shape"] = new JsonArray([.. input.Shape.Select(size => JsonValue.Create(size))]),
        ["data"] = new JsonArray([.. input.Data.Cast<object>().Select(value => value is string text ? (JsonNode)text : value is long number ? number : (float)value)]),
    };

    private static JsonObject InBinary(IEnumerable<(string Name, string Datatype, long[] Shape, Array Data)> inputs) => new()
    {
        ["inputs"] = new JsonArray([.. inputs.Select(input => new JsonObject
        {
            ["name"] = input.Name,
            ["datatype"] = input.Datatype,
            ["shape"] = new JsonArray([.. input.Shape.Select(size => JsonValue.Create(size))]),
            ["parameters"] = new JsonObject { ["binary_data_size"] = InferenceHost.Bytes(input.Data).Length },
        })]),
        ["parameters"] = new JsonObject { ["binary_data_output"] = true },
    };

    private static long[] Concrete(JsonNode shape) => [.. shape.AsArray().Select(size => (long)size! < 0 ? Rows : (long)size!)];

    private static void Members(JsonNode node, string[] required, params string[] optional)
    {
        var found = node.AsObject().Select(member => member.Key).ToHashSet();
        Assert.Superset(required.ToHashSet(), found);
        Assert.Subset(required.Concat(optional).ToHashSet(), found);
    }
}
