using System.Text.Json;
using LiMaml.Models;

namespace LiMaml.Worker.Http;

/// <summary>
/// Reads the JSON of an inference request. Members may come in any order; unknown ones and unknown parameters are passed over,
/// as the protocol has it. Contents of tensors are left for <see cref="JsonTensor"/>, which knows what they must be.
/// </summary>
internal ref struct InferRequestReader
{
    private const int MaxTensors = 1024;
    private const int MaxAxes = 8;
    private Utf8JsonReader json;

    private InferRequestReader(ReadOnlySpan<byte> text) => json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 32 });

    /// <summary>Reads <paramref name="text"/>, one JSON object.</summary>
    /// <exception cref="InvalidInputException">It is not what the protocol says.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static InferRequest Read(ReadOnlySpan<byte> text)
    {
        var reader = new InferRequestReader(text);
        var request = reader.ReadRequest();
        Require(!reader.json.Read(), "request", "text behind the JSON object", "none");
        return request;
    }

    private InferRequest ReadRequest()
    {
        string? id = null;
        var binary = false;
        List<InferInput>? inputs = null;
        List<InferOutput>? outputs = null;
        json.Read();
        Expect(JsonTokenType.StartObject, "request", "an object");
        while (NextMember())
        {
            switch (Member())
            {
                case "id":
                    id = Text("id");
                    break;
                case "parameters":
                    ReadParameters(ref binary);
                    break;
                case "inputs":
                    inputs = ReadInputs();
                    break;
                case "outputs":
                    outputs = ReadOutputs();
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        Require(inputs is { Count: > 0 }, "inputs", "none", "at least one tensor");
        return new InferRequest(id, binary, inputs!, outputs is { Count: > 0 } ? outputs : null);
    }

    private void ReadParameters(ref bool binaryOutputs)
    {
        Expect(JsonTokenType.StartObject, "parameters", "an object");
        while (NextMember())
        {
            if (Member() == "binary_data_output")
            {
                binaryOutputs = Flag("binary_data_output");
            }
            else
            {
                json.Skip();
            }
        }
    }

    private List<InferInput> ReadInputs()
    {
        var inputs = new List<InferInput>();
        Expect(JsonTokenType.StartArray, "inputs", "an array");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            inputs.Add(ReadInput());
            Require(inputs.Count <= MaxTensors, "inputs", $"more than {MaxTensors}", $"at most {MaxTensors}");
        }

        return inputs;
    }

    private InferInput ReadInput()
    {
        string? name = null, datatype = null;
        List<long>? shape = null;
        int? bytes = null;
        var data = 0;
        Expect(JsonTokenType.StartObject, "inputs", "objects");
        while (NextMember())
        {
            switch (Member())
            {
                case "name":
                    name = Text("name of an input");
                    break;
                case "datatype":
                    datatype = Text("datatype of an input");
                    break;
                case "shape":
                    shape = ReadShape();
                    break;
                case "parameters":
                    bytes = ReadInputParameters();
                    break;
                case "data":
                    data = (int)json.TokenStartIndex;
                    json.Skip();
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        Require(name is not null, "inputs", "an input without a name", "a name");
        Require(datatype is not null, $"input '{name}'", "no datatype", "a datatype");
        Require(shape is not null, $"input '{name}'", "no shape", "a shape");
        Require(bytes is null != (data == 0), $"input '{name}'", bytes is null ? "neither data nor binary_data_size" : "data and binary_data_size", "one of them");
        return new InferInput(name!, datatype!, shape!, bytes, data);
    }

    private List<long> ReadShape()
    {
        var shape = new List<long>(2);
        Expect(JsonTokenType.StartArray, "shape", "an array");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var size = 0L;
            Require(json.TokenType == JsonTokenType.Number && json.TryGetInt64(out size) && size is >= 0 and <= int.MaxValue, "shape", "something else", $"integers from 0 to {int.MaxValue}");
            shape.Add(size);
            Require(shape.Count <= MaxAxes, "shape", $"more than {MaxAxes} axes", $"at most {MaxAxes}");
        }

        return shape;
    }

    private int? ReadInputParameters()
    {
        int? bytes = null;
        Expect(JsonTokenType.StartObject, "parameters of an input", "an object");
        while (NextMember())
        {
            if (Member() == "binary_data_size")
            {
                var size = 0;
                Require(json.TokenType == JsonTokenType.Number && json.TryGetInt32(out size) && size >= 0, "binary_data_size", "something else", $"an integer from 0 to {int.MaxValue}");
                bytes = size;
            }
            else
            {
                json.Skip();
            }
        }

        return bytes;
    }

    private List<InferOutput> ReadOutputs()
    {
        var outputs = new List<InferOutput>();
        Expect(JsonTokenType.StartArray, "outputs", "an array");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            outputs.Add(ReadOutput());
            Require(outputs.Count <= MaxTensors, "outputs", $"more than {MaxTensors}", $"at most {MaxTensors}");
        }

        return outputs;
    }

    private InferOutput ReadOutput()
    {
        string? name = null;
        bool? binary = null;
        Expect(JsonTokenType.StartObject, "outputs", "objects");
        while (NextMember())
        {
            switch (Member())
            {
                case "name":
                    name = Text("name of an output");
                    break;
                case "parameters":
                    binary = ReadOutputParameters();
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        Require(name is not null, "outputs", "an output without a name", "a name");
        return new InferOutput(name!, binary);
    }

    private bool? ReadOutputParameters()
    {
        bool? binary = null;
        Expect(JsonTokenType.StartObject, "parameters of an output", "an object");
        while (NextMember())
        {
            if (Member() == "binary_data")
            {
                binary = Flag("binary_data");
            }
            else
            {
                json.Skip();
            }
        }

        return binary;
    }

    private bool NextMember() => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    // Leaves the reader on the member's value, which is either read from its first token or skipped.
    private string Member()
    {
        var name = json.GetString()!;
        json.Read();
        return name;
    }

    private readonly string Text(string where)
    {
        Require(json.TokenType == JsonTokenType.String, where, $"{json.TokenType}", "a string");
        return json.GetString()!;
    }

    private readonly bool Flag(string where)
    {
        Require(json.TokenType is JsonTokenType.True or JsonTokenType.False, where, $"{json.TokenType}", "true or false");
        return json.GetBoolean();
    }

    private readonly void Expect(JsonTokenType type, string where, string expected) => Require(json.TokenType == type, where, $"{json.TokenType}", expected);

    private static void Require(bool holds, string where, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException(where, found, expected);
        }
    }
}
