using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using LiMaml.Models.Packages;

namespace LiMaml.Cli.Quickstart.Streaming;

/// <summary>A body of the Open Inference Protocol v2 with binary tensors: JSON, then the tensors' bytes.</summary>
/// <param name="Bytes">All of it.</param>
/// <param name="JsonBytes">Bytes of the JSON.</param>
internal sealed record InferenceBody(byte[] Bytes, int JsonBytes)
{
    /// <summary>The header that holds <see cref="JsonBytes"/>, over HTTP and in records.</summary>
    public const string JsonLength = "Inference-Header-Content-Length";

    /// <summary><see cref="JsonBytes"/> as the header has it.</summary>
    public string JsonLengthText => JsonBytes.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a response to what <see cref="InferenceBodyWriter"/> asks for: the logits, and how many rows had no stored embedding.</summary>
    /// <param name="rows">Rows that were asked for.</param>
    /// <exception cref="IOException">It is something else.</exception>
    public (float[] Logits, int ColdCount) Read(int rows)
    {
        using var json = JsonDocument.Parse(Bytes.AsMemory(0, JsonBytes));
        var logits = MemoryMarshal.Cast<byte, float>(Bytes.AsSpan(JsonBytes)).ToArray();
        return logits.Length == rows
            ? (logits, json.RootElement.GetProperty("parameters").GetProperty("cold_count").GetInt32())
            : throw new IOException($"the worker answered {rows} rows with {logits.Length} numbers: {json.RootElement.GetRawText()}");
    }
}

/// <summary>Puts a request together, tensor by tensor; the answer is to hold the logits, binary.</summary>
internal sealed class InferenceBodyWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> json = new();
    private readonly ArrayBufferWriter<byte> tensors = new();
    private readonly Utf8JsonWriter writer;

    /// <summary>Begins a request.</summary>
    public InferenceBodyWriter()
    {
        writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        writer.WriteStartArray("inputs");
    }

    /// <summary>Adds texts, one for each row.</summary>
    public void Add(string name, IReadOnlyCollection<string> texts)
    {
        var before = tensors.WrittenCount;
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetByteCount(text);
            var span = tensors.GetSpan(sizeof(int) + bytes);
            BinaryPrimitives.WriteInt32LittleEndian(span, bytes);
            Encoding.UTF8.GetBytes(text, span[sizeof(int)..]);
            tensors.Advance(sizeof(int) + bytes);
        }

        Describe(name, "BYTES", tensors.WrittenCount - before, texts.Count);
    }

    /// <summary>Adds numbers [rows, width], row by row.</summary>
    public void Add(string name, ReadOnlySpan<float> numbers, int width) => Add(name, "FP32", MemoryMarshal.AsBytes(numbers), numbers.Length / width, width);

    /// <summary>Adds indices [rows, width], row by row.</summary>
    public void Add(string name, ReadOnlySpan<long> indices, int width) => Add(name, "INT64", MemoryMarshal.AsBytes(indices), indices.Length / width, width);

    /// <summary>Ends the request.</summary>
    public InferenceBody Complete()
    {
        writer.WriteEndArray();
        writer.WriteStartArray("outputs");
        writer.WriteStartObject();
        writer.WriteString("name", GraphTensorNames.Logit);
        writer.WriteStartObject("parameters");
        writer.WriteBoolean("binary_data", true);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return new InferenceBody([.. json.WrittenSpan, .. tensors.WrittenSpan], json.WrittenCount);
    }

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private void Add(string name, string datatype, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> shape)
    {
        tensors.Write(bytes);
        Describe(name, datatype, bytes.Length, shape);
    }

    private void Describe(string name, string datatype, int bytes, params ReadOnlySpan<int> shape)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("datatype", datatype);
        writer.WriteStartArray("shape");
        foreach (var size in shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("parameters");
        writer.WriteNumber("binary_data_size", bytes);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
