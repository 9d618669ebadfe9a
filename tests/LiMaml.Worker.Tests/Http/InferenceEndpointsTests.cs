using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Worker.Http;
using Microsoft.Extensions.Time.Testing;

namespace LiMaml.Worker.Tests.Http;

public sealed class InferenceEndpointsTests
{
    [Fact]
    public async Task Health_BeforeAndAfterABundle_TellsLiveFromReady()
    {
        var assigned = false;
        await using var host = await InferenceHost.StartAsync(TestModel.Exact, isReady: () => assigned);
        Assert.Equal((200, """{"live":true}"""), await TextAsync(host, "v2/health/live"));
        Assert.Equal((400, """{"ready":false}"""), await TextAsync(host, "v2/health/ready"));
        Assert.Equal(503, (await host.GetAsync("v2/models/limaml/ready")).Status);

        var bundle = await host.Serving.ServeAsync(1, "a");

        Assert.Equal((400, """{"ready":false}"""), await TextAsync(host, "v2/health/ready"));
        assigned = true;
        Assert.Equal((200, """{"ready":true}"""), await TextAsync(host, "v2/health/ready"));
        Assert.Equal((200, """{"ready":true}"""), await TextAsync(host, "v2/models/limaml/ready"));
        Assert.Equal((200, """{"ready":true}"""), await TextAsync(host, $"v2/models/limaml-global/versions/{bundle.BundleId}/ready"));
    }

    [Fact]
    public async Task Server_Described_NamesTheExtension()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        var (status, body) = await host.GetAsync("v2");
        Assert.Equal(200, status);
        Assert.Equal("limaml-worker", (string?)body!["name"]);
        Assert.Equal("binary_tensor_data", (string?)body["extensions"]![0]);
    }

    [Fact]
    public async Task Model_Described_ListsInputsAndOutputs()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Two);
        var bundle = await host.Serving.ServeAsync(1, "a");
        foreach (var path in (string[])["v2/models/limaml", $"v2/models/limaml/versions/{bundle.BundleId}"])
        {
            var (status, body) = await host.GetAsync(path);
            Assert.Equal(200, status);
            Assert.Equal(bundle.BundleId, (string?)body!["versions"]![0]);
            Assert.Equal(
                [
                    "task_member BYTES [-1]", "task_item BYTES [-1]", "dense FP32 [-1,1]", "categorical INT64 [-1,2]", "genres INT64 [-1,3]", "taste FP32 [-1,4]",
                    "meta_member_dense FP32 [-1,1] optional", "meta_member_categorical INT64 [-1,1] optional", "meta_member_genres INT64 [-1,3] optional", "meta_member_taste FP32 [-1,4] optional",
                    "meta_item_genres INT64 [-1,3] optional", "meta_item_taste FP32 [-1,4] optional",
                ],
                Tensors(body, "inputs"));
            Assert.Equal(["logit FP32 [-1,1]", "probability FP32 [-1,1]", "cold BOOL [-1,2]"], Tensors(body, "outputs"));
        }

        var raw = (await host.GetAsync("v2/models/limaml-global")).Body!;
        Assert.Equal(
            ["meta_embedding_member FP32 [-1,5]", "meta_embedding_item FP32 [-1,3]", "dense FP32 [-1,1]", "categorical INT64 [-1,2]", "genres INT64 [-1,3]", "taste FP32 [-1,4]"],
            Tensors(raw, "inputs"));
        Assert.Equal(["logit FP32 [-1,1]", "probability FP32 [-1,1]"], Tensors(raw, "outputs"));
    }

    [Fact]
    public async Task Infer_JsonAndBinary_EqualTheScorer()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Two);
        var bundle = await host.Serving.ServeAsync(3, "a", "é|ü");
        string[] keys = ["a", "é|ü", "cold", "a", "cold", "a"];
        var expected = host.Serving.Expected(6, 3, "a", "é|ü", null, "a", null, "a");
        bool[] cold = [false, false, false, false, true, true, false, false, true, true, false, false];

        var (status, json) = await host.PostAsync("v2/models/limaml/infer", host.JsonRequest(6, keys));
        Assert.Equal(200, status);
        Assert.Equal(expected.Logits, InferenceHost.Numbers(json!, "logit"));
        Assert.Equal(expected.Predictions, InferenceHost.Numbers(json!, "probability"));
        Assert.Equal(cold, InferenceHost.Output(json!, "cold")["data"]!.AsArray().Select(value => value!.GetValue<bool>()));
        Assert.Equal(("limaml", bundle.BundleId, 3, 4), ((string?)json!["model_name"], (string?)json["model_version"], (int?)json["parameters"]!["generation"], (int?)json["parameters"]!["cold_count"]));

        var (header, binary) = host.BinaryRequest(6, keys);
        var (answer, bytes) = await host.PostBinaryAsync($"v2/models/limaml/versions/{bundle.BundleId}/infer", header, binary);
        Assert.Equal([.. InferenceHost.Bytes(expected.Logits!), .. InferenceHost.Bytes(expected.Predictions), .. cold.Select(value => value ? (byte)1 : (byte)0)], bytes);
        Assert.Equal([24, 24, 12], answer["outputs"]!.AsArray().Select(output => (int)output!["parameters"]!["binary_data_size"]!));
        Assert.Equal((8L, 16L), (host.Serving.Service.Counts.ColdJoins, host.Serving.Service.Counts.Joins - host.Serving.Service.Counts.ColdJoins));
    }

    [Fact]
    public async Task Infer_Raw_EqualsTheScorer()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        await host.Serving.ServeAsync(1);
        var request = Raw(host);

        var (status, json) = await host.PostAsync("v2/models/limaml-global/infer", request);

        Assert.Equal(200, status);
        Assert.Equal(host.Serving.Expected(3, 1, "a").Logits, InferenceHost.Numbers(json!, "logit"));
        Assert.Equal(["logit", "probability"], json!["outputs"]!.AsArray().Select(output => (string?)output!["name"]));
    }

    [Fact]
    public async Task Infer_NestedDataAndWordsAndOneKey_AreUnderstood()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        await host.Serving.ServeAsync(1, "a");
        var plain = host.JsonRequest(2, "a");
        Input(plain, "categorical")["data"] = new JsonArray(0, 2, 0, 0);
        var nested = (JsonObject)plain.DeepClone();
        Input(nested, "categorical")["data"] = new JsonArray(new JsonArray("", "b"), new JsonArray("", "nowhere"));
        Input(nested, "categorical")["datatype"] = "BYTES";
        Input(nested, "task")["shape"] = new JsonArray(1, 1);
        Input(nested, "task")["data"] = new JsonArray(new JsonArray("a"));
        var expected = (await host.PostAsync("v2/models/limaml/infer", plain)).Body!;

        var (status, body) = await host.PostAsync("v2/models/limaml/infer", nested);

        Assert.Equal(200, status);
        Assert.Equal(InferenceHost.Numbers(expected, "logit"), InferenceHost.Numbers(body!, "logit"));
    }

    [Fact]
    public async Task Infer_IdAndOutputs_AreHonoured()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        await host.Serving.ServeAsync(1, "a");
        var request = host.JsonRequest(3, "a");
        request["id"] = "request-7";
        request["parameters"] = new JsonObject { ["binary_data_output"] = false, ["unknown"] = new JsonArray(1) };
        request["outputs"] = new JsonArray(new JsonObject { ["name"] = "cold" }, new JsonObject { ["name"] = "logit", ["parameters"] = new JsonObject { ["binary_data"] = true } });

        using var response = await host.Client.PostAsync(new Uri("v2/models/limaml/infer", UriKind.Relative), new StringContent(request.ToJsonString()));

        var body = await response.Content.ReadAsByteArrayAsync();
        var length = int.Parse(response.Headers.GetValues("Inference-Header-Content-Length").Single(), System.Globalization.CultureInfo.InvariantCulture);
        var header = JsonNode.Parse(body.AsSpan(0, length))!;
        Assert.Equal("request-7", (string?)header["id"]);
        Assert.Equal(["cold", "logit"], header["outputs"]!.AsArray().Select(output => (string?)output!["name"]));
        Assert.Equal("[false,false,false]", header["outputs"]![0]!["data"]!.ToJsonString());
        Assert.Equal(InferenceHost.Bytes(host.Serving.Expected(3, 1, "a").Logits!), body[length..]);
    }

    [Fact]
    public async Task Infer_BodyInPieces_IsReadWhole()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        await host.Serving.ServeAsync(1, "a");
        var (header, binary) = host.BinaryRequest(6, "a");
        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        using var content = new StreamContent(new Trickle([.. json, .. binary]));
        content.Headers.Add("Inference-Header-Content-Length", $"{json.Length}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "v2/models/limaml/infer") { Content = content };
        request.Headers.TransferEncodingChunked = true;

        using var response = await host.Client.SendAsync(request);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(InferenceHost.Bytes(host.Serving.Expected(6, 1, "a").Logits!), (await response.Content.ReadAsByteArrayAsync())[^(6 * 9)..^(6 * 5)]);
    }

    [Theory]
    [InlineData("v2/models/other", "no model 'other'; there are 'limaml' and 'limaml-global'")]
    [InlineData("v2/models/limaml/versions/2", "no version '2'")]
    [InlineData("v2/models/limaml/versions/2/ready", "no version '2'")]
    [InlineData("v2/nothing", "nothing answers GET")]
    [InlineData("v2/models/limaml/infer", "nothing answers GET")]
    public async Task Get_WhatIsNotThere_Is404(string path, string message)
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        await host.Serving.ServeAsync(1, "a");
        var (status, body) = await host.GetAsync(path);
        Assert.Equal(404, status);
        Assert.Contains(message, (string?)body!["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_UnknownModelOrVersion_Is404()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        await host.Serving.ServeAsync(1, "a");
        Assert.Equal(404, (await host.PostAsync("v2/models/other/infer", host.JsonRequest(1, "a"))).Status);
        Assert.Equal(404, (await host.PostAsync("v2/models/limaml/versions/1/infer", host.JsonRequest(1, "a"))).Status);
    }

    [Fact]
    public async Task Infer_WithoutABundle_Is503()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        var (status, body) = await host.PostAsync("v2/models/limaml/infer", host.JsonRequest(1, "a"));
        Assert.Equal((503, "no bundle is loaded."), (status, (string?)body!["error"]));
    }

    [Fact]
    public async Task Infer_FailureWithin_Is500WithoutDetails()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        var (status, body) = await BrokenAsync(host, new InvalidDataException("a secret of the store"));
        Assert.Equal(500, status);
        Assert.DoesNotContain("secret", (string?)body!["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_StoreOrGenerationAway_Is503()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        Assert.Equal(503, (await BrokenAsync(host, new GenerationUnavailableException("away"))).Status);
        Assert.Equal(503, (await BrokenAsync(host, new EmbeddingStoreUnavailableException("away"))).Status);
    }

    [Fact]
    public async Task Infer_BodyThatDoesNotCome_Is408()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact, options: new InferenceOptions { BodyTimeout = TimeSpan.FromMilliseconds(50) });
        await host.Serving.ServeAsync(1, "a");
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync("POST /v2/models/limaml/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"u8.ToArray());

        var answer = new byte[12];
        await client.GetStream().ReadExactlyAsync(answer);

        Assert.Equal("HTTP/1.1 408", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task Infer_QueueFull_Is503()
    {
        var clock = new FakeTimeProvider();
        await using var host = await InferenceHost.StartAsync(TestModel.Exact, new ScoringOptions { QueueCapacity = 1, MaxDelay = TimeSpan.FromSeconds(1), Concurrency = 1 }, clock: clock);
        await host.Serving.ServeAsync(1, "a");
        var waiting = host.Serving.Service.ScoreAsync(host.Serving.Request(1, "a"));

        var (status, body) = await host.PostAsync("v2/models/limaml/infer", host.JsonRequest(1, "a"));

        Assert.Equal((503, "too many requests are waiting to be scored."), (status, (string?)body!["error"]));
        clock.Advance(TimeSpan.FromSeconds(1));
        await waiting;
    }

    [Fact]
    public async Task Infer_BodyTooLarge_Is413()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact, options: new InferenceOptions { MaxBodyBytes = 1024 });
        await host.Serving.ServeAsync(1, "a");
        var (status, body) = await host.PostAsync("v2/models/limaml/infer", new ByteArrayContent(new byte[1025]));
        Assert.Equal((413, "the body has 1025 bytes; at most 1024 are accepted"), (status, (string?)body!["error"]));

        using var request = new HttpRequestMessage(HttpMethod.Post, "v2/models/limaml/infer") { Content = new StreamContent(new MemoryStream(new byte[1500])) };
        request.Headers.TransferEncodingChunked = true;
        using var response = await host.Client.SendAsync(request);
        Assert.Equal(413, (int)response.StatusCode);
    }

    [Fact]
    public async Task Infer_CompressedBody_Is415()
    {
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        using var content = new ByteArrayContent([1]);
        content.Headers.ContentEncoding.Add("gzip");
        Assert.Equal(415, (await host.PostAsync("v2/models/limaml/infer", content)).Status);
    }

    [Fact]
    public async Task Infer_ClientGone_LeavesTheQueue()
    {
        var clock = new FakeTimeProvider();
        await using var host = await InferenceHost.StartAsync(TestModel.Exact, new ScoringOptions { QueueCapacity = 1, MaxDelay = TimeSpan.FromSeconds(1), Concurrency = 1 }, clock: clock);
        await host.Serving.ServeAsync(1, "a");
        using var cancellation = new CancellationTokenSource();
        var gone = host.PostAsync("v2/models/limaml/infer", host.JsonRequest(1, "a"), cancellation.Token);
        await Eventually.TrueAsync(() => host.Serving.Service.WaitingCount == 1);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        await Eventually.TrueAsync(() => host.Serving.Service.WaitingCount == 0);
        Assert.Equal(0, host.Serving.Service.Counts.Runs);
    }

    [Fact]
    public void Options_OutOfRange_AreRefused() => Assert.All(
        (InferenceOptions[])[new() { ModelName = "" }, new() { ModelName = "a/b" }, new() { MaxBodyBytes = 1 }, new() { BodyTimeout = TimeSpan.Zero }],
        options => Assert.Throws<InvalidInputException>(options.Validate));

    private static async Task<(int Status, JsonNode? Body)> BrokenAsync(InferenceHost host, Exception error)
    {
        var pointer = new EmbeddingPointer(host.Serving.Package.Manifest.BundleId, 1, DateTimeOffset.UnixEpoch);
        host.Serving.Host.Swap(ServingBundle.Open(host.Serving.Package, new BrokenStore(error), pointer));
        return await host.PostAsync("v2/models/limaml/infer", host.JsonRequest(1, "a"));
    }

    private static async Task<(int Status, string? Text)> TextAsync(InferenceHost host, string path)
    {
        var (status, body) = await host.GetAsync(path);
        return (status, body?.ToJsonString());
    }

    private static IEnumerable<string> Tensors(JsonNode model, string list) => model[list]!.AsArray().Select(tensor =>
        $"{tensor!["name"]} {tensor["datatype"]} {tensor["shape"]!.ToJsonString()}{(tensor["parameters"]?["optional"] is null ? "" : " optional")}");

    private static JsonObject Input(JsonObject request, string name) => (JsonObject)request["inputs"]!.AsArray().Single(input => (string?)input!["name"] == name)!;

    private static JsonObject Raw(InferenceHost host)
    {
        var request = host.JsonRequest(3, "a");
        var inputs = request["inputs"]!.AsArray();
        foreach (var input in inputs.Where(input => ((string)input!["name"]!).StartsWith("meta_", StringComparison.Ordinal) || (string?)input["name"] == "task").ToList())
        {
            inputs.Remove(input);
        }

        inputs.Add(new JsonObject
        {
            ["name"] = "meta_embedding",
            ["datatype"] = "FP32",
            ["shape"] = new JsonArray(3, 5),
            ["data"] = new JsonArray([.. Enumerable.Repeat(host.Serving.Vector("member", "a", 1), 3).SelectMany(vector => vector).Select(value => JsonValue.Create(value))]),
        });
        return request;
    }

    /// <summary>Gives seven bytes at a time.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(7, buffer.Length)]);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return Read(buffer.Span);
        }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => CopyInPiecesAsync(destination, cancellationToken);

        private async Task CopyInPiecesAsync(Stream destination, CancellationToken cancellation)
        {
            var buffer = new byte[7];
            for (var read = await ReadAsync(buffer, cancellation); read > 0; read = await ReadAsync(buffer, cancellation))
            {
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellation);
                await destination.FlushAsync(cancellation);
            }
        }
    }
}
