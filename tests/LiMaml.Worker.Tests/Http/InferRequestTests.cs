using System.Text;
using System.Text.Json.Nodes;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Worker.Tests.Http;

/// <summary>Requests that are not what protocol and model say: each is refused with a message that names what is wrong.</summary>
public sealed class InferRequestTests : IAsyncLifetime
{
    private const string Path = "v2/models/limaml/infer";
    private InferenceHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await InferenceHost.StartAsync(TestModel.Exact);
        await host.Serving.ServeAsync(1, "a");
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("", "the JSON can't be read")]
    [InlineData("{", "the JSON can't be read")]
    [InlineData("""{"inputs":[{"name":"dense","datatype":"FP32","shape":[1],"data":[1]}]} {}""", "the JSON can't be read")]
    [InlineData("[]", "request: found StartArray, expected an object")]
    [InlineData("{}", "inputs: found none")]
    [InlineData("""{"inputs":{}}""", "inputs: found StartObject, expected an array")]
    [InlineData("""{"inputs":[1]}""", "inputs: found Number, expected objects")]
    [InlineData("""{"id":1}""", "id: found Number, expected a string")]
    [InlineData("""{"inputs":[{"datatype":"FP32","shape":[1],"data":[1]}]}""", "an input without a name")]
    [InlineData("""{"inputs":[{"name":"dense","shape":[1],"data":[1]}]}""", "input 'dense': found no datatype")]
    [InlineData("""{"inputs":[{"name":"dense","datatype":"FP32","data":[1]}]}""", "input 'dense': found no shape")]
    [InlineData("""{"inputs":[{"name":"dense","datatype":"FP32","shape":[1]}]}""", "neither data nor binary_data_size")]
    [InlineData("""{"inputs":[{"name":"dense","datatype":"FP32","shape":[-1],"data":[1]}]}""", "shape: found something else")]
    [InlineData("""{"inputs":[{"name":"dense","datatype":"FP32","shape":[1,1,1,1,1,1,1,1,1],"data":[1]}]}""", "more than 8 axes")]
    [InlineData("""{"inputs":[{"name":"dense","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":-1}}]}""", "binary_data_size: found something else")]
    [InlineData("""{"parameters":{"binary_data_output":1}}""", "binary_data_output: found Number")]
    [InlineData("""{"outputs":[{}]}""", "an output without a name")]
    public async Task Infer_WrongJson_IsRefused(string body, string message) => await RefusedAsync(new StringContent(body), message);

    [Theory]
    [InlineData("dense", "name", "\"wrong\"", "inputs: found 'wrong', expected some of")]
    [InlineData("taste", "name", "\"dense\"", "input 'dense': found it more than once")]
    [InlineData("dense", "datatype", "\"FP64\"", "input 'dense', datatype: found FP64, expected FP32")]
    [InlineData("dense", "datatype", "\"BYTES\"", "input 'dense', datatype: found BYTES, expected FP32")]
    [InlineData("categorical", "datatype", "\"INT32\"", "input 'categorical', datatype: found INT32, expected INT64 or BYTES")]
    [InlineData("task", "datatype", "\"INT64\"", "input 'task', datatype: found INT64, expected BYTES")]
    [InlineData("dense", "shape", "[2]", "input 'dense', shape: found [2], expected [2, 1]")]
    [InlineData("dense", "shape", "[3,1]", "input 'taste', shape: found [2, 4], expected [3, 4]")]
    [InlineData("genres", "shape", "[2,4]", "input 'genres', shape: found [2, 4], expected [2, 3]")]
    [InlineData("task", "shape", "[3]", "input 'task', shape: found [3], expected [2] or [1]")]
    [InlineData("task", "shape", "[]", "input 'task', shape: found [], expected [2] or [1]")]
    [InlineData("dense", "data", "[1]", "input 'dense', data: found fewer")]
    [InlineData("dense", "data", "[1,2,3]", "input 'dense', data: found more")]
    [InlineData("dense", "data", "[1,\"x\"]", "input 'dense', data: found String as element 1")]
    [InlineData("dense", "data", "[[1,2]]", "found an array of 2 for axis 1")]
    [InlineData("dense", "data", "[[1],2]", "found an array of 2 for axis 0")]
    [InlineData("dense", "data", "[[[1]],[[2]]]", "found arrays nested deeper")]
    [InlineData("dense", "data", "1", "input 'dense', data: found Number")]
    [InlineData("dense", "data", "[1e999,1]", "input 'dense', row 0, feature 'age': found Infinity")]
    [InlineData("categorical", "data", "[1,1,1.5,1]", "input 'categorical', data: found Number as element 2")]
    [InlineData("categorical", "data", "[1,1,1,9]", "input 'categorical', row 1, feature 'city': found 9, expected 0 to 3")]
    [InlineData("task", "data", "[1]", "input 'task', data: found Number as element 0")]
    public async Task Infer_WrongTensor_IsRefused(string input, string member, string value, string message)
    {
        var request = host.JsonRequest(2, "a");
        request["inputs"]!.AsArray().Single(node => (string?)node!["name"] == input)![member] = JsonNode.Parse(value);
        await RefusedAsync(new StringContent(request.ToJsonString()), message);
    }

    [Theory]
    [InlineData("task")]
    [InlineData("dense")]
    public async Task Infer_MissingInput_IsRefused(string name)
    {
        var request = host.JsonRequest(2, "a");
        var inputs = request["inputs"]!.AsArray();
        inputs.Remove(inputs.Single(node => (string?)node!["name"] == name));
        await RefusedAsync(new StringContent(request.ToJsonString()), $"inputs: found no '{name}', expected all of task, dense, categorical, genres, taste");
    }

    [Fact]
    public async Task Infer_UnknownOutput_IsRefused()
    {
        var request = host.JsonRequest(2, "a");
        request["outputs"] = new JsonArray(new JsonObject { ["name"] = "wrong" });
        await RefusedAsync(new StringContent(request.ToJsonString()), "outputs: found 'wrong', expected some of");
    }

    [Fact]
    public async Task Infer_TooManyRows_IsRefusedBeforeTheyAreRead()
    {
        var (header, _) = host.BinaryRequest(1, "a");
        foreach (var input in header["inputs"]!.AsArray().Where(input => (string?)input!["name"] != "task"))
        {
            var width = (int)input!["shape"]![1]!;
            input["shape"] = new JsonArray(100_000, width);
            input["parameters"]!["binary_data_size"] = 100_000L * width * ((string?)input["datatype"] == "FP32" ? 4 : 8);
        }

        await RefusedAsync(InferenceHost.Binary(header, []), "found 100000, expected 1 to 8192");
    }

    [Theory]
    [InlineData(-1, "body: found fewer bytes")]
    [InlineData(1, "body: found more bytes")]
    public async Task Infer_BinaryOfAnotherLength_IsRefused(int difference, string message)
    {
        var (header, binary) = host.BinaryRequest(2, "a");
        Array.Resize(ref binary, binary.Length + difference);
        await RefusedAsync(InferenceHost.Binary(header, binary), message);
    }

    [Theory]
    [InlineData(5, new byte[] { 9, 0, 0, 0, 97 }, "found an element that ends behind them")]
    [InlineData(5, new byte[] { 255, 255, 255, 255, 97 }, "found an element that ends behind them")]
    [InlineData(3, new byte[] { 1, 0, 0 }, "found an element that ends behind them")]
    [InlineData(6, new byte[] { 1, 0, 0, 0, 97, 98 }, "found 1 bytes behind the last element")]
    [InlineData(5, new byte[] { 1, 0, 0, 0, 255 }, "its text is not UTF-8")]
    public async Task Infer_WrongBinaryText_IsRefused(int size, byte[] text, string message)
    {
        var (header, binary) = host.BinaryRequest(2, "a");
        header["inputs"]![0]!["parameters"]!["binary_data_size"] = size;
        await RefusedAsync(InferenceHost.Binary(header, [.. text, .. binary[5..]]), message);
    }

    [Fact]
    public async Task Infer_BinarySizeThatIsNotTheShapes_IsRefused()
    {
        var (header, binary) = host.BinaryRequest(2, "a");
        header["inputs"]!.AsArray().Single(node => (string?)node!["name"] == "dense")!["parameters"]!["binary_data_size"] = 12;
        await RefusedAsync(InferenceHost.Binary(header, binary), "input 'dense', binary_data_size: found 12, expected 8, as the shape says");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999")]
    public async Task Infer_WrongHeaderLength_IsRefused(string length)
    {
        var content = new StringContent(host.JsonRequest(1, "a").ToJsonString(), Encoding.UTF8);
        content.Headers.TryAddWithoutValidation("Inference-Header-Content-Length", length);
        await RefusedAsync(content, "header Inference-Header-Content-Length");
    }

    private async Task RefusedAsync(HttpContent content, string message)
    {
        using (content)
        {
            var (status, body) = await host.PostAsync(Path, content);
            Assert.Equal(400, status);
            Assert.Contains(message, (string?)body!["error"], StringComparison.Ordinal);
        }
    }
}
