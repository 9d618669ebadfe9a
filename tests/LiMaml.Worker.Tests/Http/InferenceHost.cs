using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Worker.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiMaml.Worker.Tests.Http;

/// <summary>The endpoints on a free port of this machine, before a served package.</summary>
internal sealed class InferenceHost : IAsyncDisposable
{
    private readonly WebApplication application;

    private InferenceHost(TestServing serving, WebApplication application)
    {
        Serving = serving;
        this.application = application;
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client = new HttpClient { BaseAddress = new Uri(address + "/") };
    }

    public TestServing Serving { get; }

    public HttpClient Client { get; }

    public static async Task<InferenceHost> StartAsync(
        ModelSpec spec, ScoringOptions? scoring = null, InferenceOptions? options = null, TimeProvider? clock = null, Func<bool>? isReady = null)
    {
        var serving = new TestServing(spec, options: scoring, clock: clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddInference();
        var application = builder.Build();
        application.MapInference(new InferenceServer(serving.Service, options ?? new InferenceOptions(), isReady));
        await application.StartAsync();
        return new InferenceHost(serving, application);
    }

    public async Task<(int Status, JsonNode? Body)> GetAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)response.StatusCode, await ParseAsync(response));
    }

    /// <summary>Sends JSON and reads JSON.</summary>
    public async Task<(int Status, JsonNode? Body)> PostAsync(string path, JsonNode body, CancellationToken cancellation = default) =>
        await PostAsync(path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), cancellation);

    public async Task<(int Status, JsonNode? Body)> PostAsync(string path, HttpContent content, CancellationToken cancellation = default)
    {
        using var response = await Client.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
        return ((int)response.StatusCode, await ParseAsync(response));
    }

    /// <summary>Sends JSON with binary contents behind it and reads the same.</summary>
    public async Task<(JsonNode Header, byte[] Binary)> PostBinaryAsync(string path, JsonNode header, byte[] binary)
    {
        using var response = await Client.PostAsync(new Uri(path, UriKind.Relative), Binary(header, binary));
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
        var length = int.Parse(response.Headers.GetValues("Inference-Header-Content-Length").Single(), CultureInfo.InvariantCulture);
        var body = await response.Content.ReadAsByteArrayAsync();
        return (JsonNode.Parse(body.AsSpan(0, length))!, body[length..]);
    }

    public static ByteArrayContent Binary(JsonNode header, byte[] binary)
    {
        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        var content = new ByteArrayContent([.. json, .. binary]);
        content.Headers.Add("Inference-Header-Content-Length", json.Length.ToString(CultureInfo.InvariantCulture));
        return content;
    }

    /// <summary>A request for the first rows with its tensors in the JSON.</summary>
    public JsonObject JsonRequest(int rows, params string[] keys) => new()
    {
        ["inputs"] = new JsonArray([.. Inputs(rows, keys).Select(input => new JsonObject
        {
            ["name"] = input.Name,
            ["datatype"] = input.Datatype,
            ["shape"] = Shape(input.Shape),
            ["data"] = JsonNode.Parse(JsonSerializer.Serialize(input.Data, input.Data.GetType())),
        })]),
    };

    /// <summary>The same with binary contents.</summary>
    public (JsonObject Header, byte[] Binary) BinaryRequest(int rows, params string[] keys)
    {
        var binary = new List<byte>();
        var inputs = new JsonArray();
        foreach (var input in Inputs(rows, keys))
        {
            var bytes = Bytes(input.Data);
            binary.AddRange(bytes);
            inputs.Add(new JsonObject
            {
                ["name"] = input.Name,
                ["datatype"] = input.Datatype,
                ["shape"] = Shape(input.Shape),
                ["parameters"] = new JsonObject { ["binary_data_size"] = bytes.Length },
            });
        }

        return (new JsonObject { ["inputs"] = inputs, ["parameters"] = new JsonObject { ["binary_data_output"] = true } }, [.. binary]);
    }

    /// <summary>The numbers of an output in the JSON.</summary>
    public static float[] Numbers(JsonNode body, string output) =>
        [.. Output(body, output)["data"]!.AsArray().Select(number => number!.GetValue<float>())];

    public static JsonNode Output(JsonNode body, string output) => body["outputs"]!.AsArray().Single(node => (string?)node!["name"] == output)!;

    public static byte[] Bytes(Array data) => data switch
    {
        float[] floats => MemoryMarshal.AsBytes(floats.AsSpan()).ToArray(),
        long[] integers => MemoryMarshal.AsBytes(integers.AsSpan()).ToArray(),
        string[] texts => [.. texts.SelectMany(Bytes)],
        _ => throw new ArgumentException($"{data.GetType()}", nameof(data)),
    };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await application.StopAsync();
        await application.DisposeAsync();
        Serving.Dispose();
    }

    private IEnumerable<(string Name, string Datatype, int[] Shape, Array Data)> Inputs(int rows, string[] keys)
    {
        var several = Serving.Tasks.Count > 1;
        foreach (var task in Serving.Tasks)
        {
            yield return (several ? $"task_{task}" : "task", "BYTES", [keys.Length], keys);
        }

        var (floats, integers) = Serving.Tensors(rows);
        foreach (var (name, values) in floats)
        {
            yield return (name, "FP32", [rows, values.Length / rows], values.ToArray());
        }

        foreach (var (name, values) in integers)
        {
            yield return (name, "INT64", [rows, values.Length / rows], values.ToArray());
        }
    }

    private static byte[] Bytes(string text)
    {
        var bytes = new byte[4 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - 4);
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(4));
        return bytes;
    }

    private static JsonArray Shape(int[] shape) => new([.. shape.Select(size => JsonValue.Create(size))]);

    private static async Task<JsonNode?> ParseAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync());
    }
}
