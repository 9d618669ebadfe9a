using System.Runtime.InteropServices;
using System.Text.Json;
using LiMaml.Models;
using LiMaml.Runtime.Serving;

namespace LiMaml.Worker.Http;

/// <summary>The response to an inference request, as it goes over the wire.</summary>
/// <param name="Body">JSON, then the binary contents of outputs.</param>
/// <param name="JsonBytes">Bytes of the JSON where something follows it; null otherwise.</param>
internal sealed record InferResponse(PooledBuffer Body, int? JsonBytes) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Body.Dispose();
}

/// <summary>Writes the outputs of a call that was scored.</summary>
/// <param name="modelName">As the request's address had it.</param>
/// <param name="request">What was asked for.</param>
/// <param name="bundle">What the rows were scored with.</param>
/// <param name="call">Their scores.</param>
internal sealed class InferResponseWriter(string modelName, InferRequest request, ServingBundle bundle, ScoringCall call)
{
    private static readonly JsonWriterOptions Quick = new() { SkipValidation = true };

    /// <summary>Writes <paramref name="outputs"/>, each with whether it is binary.</summary>
    /// <exception cref="InvalidInputException">A number is not finite, which JSON has no form for.</exception>
    public InferResponse Write(IReadOnlyList<(ServedOutput Output, bool Binary)> outputs)
    {
        var body = new PooledBuffer(1024 + outputs.Sum(output => SizeOf(output.Output) * (output.Binary ? 1 : 4)));
        try
        {
            WriteJson(body, outputs);
            var jsonBytes = body.Length;
            var binary = outputs.Where(output => output.Binary).Select(output => output.Output).ToList();
            foreach (var output in binary)
            {
                var bytes = Bytes(output);
                bytes.CopyTo(body.GetSpan(bytes.Length));
                body.Advance(bytes.Length);
            }

            return new InferResponse(body, binary.Count > 0 ? jsonBytes : null);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private void WriteJson(PooledBuffer body, IReadOnlyList<(ServedOutput Output, bool Binary)> outputs)
    {
        using var json = new Utf8JsonWriter(body, Quick);
        json.WriteStartObject();
        json.WriteString("model_name"u8, modelName);
        json.WriteString("model_version"u8, bundle.BundleId);
        if (request.Id is not null)
        {
            json.WriteString("id"u8, request.Id);
        }

        WriteParameters(json);
        json.WriteStartArray("outputs"u8);
        foreach (var (output, binary) in outputs)
        {
            WriteOutput(json, output, binary);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteParameters(Utf8JsonWriter json)
    {
        if (call.Served.Mode == ScoringMode.Joined)
        {
            json.WriteStartObject("parameters"u8);
            json.WriteNumber("generation"u8, bundle.Pointer?.Generation ?? -1);
            json.WriteNumber("cold_count"u8, call.Cold.Count(true));
            json.WriteEndObject();
        }
    }

    private void WriteOutput(Utf8JsonWriter json, ServedOutput output, bool binary)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, output.Name);
        json.WriteString("datatype"u8, Datatypes.Of(output.Kind));
        json.WriteStartArray("shape"u8);
        json.WriteNumberValue(call.RowCount);
        json.WriteNumberValue(output.Width);
        json.WriteEndArray();
        if (binary)
        {
            json.WriteStartObject("parameters"u8);
            json.WriteNumber("binary_data_size"u8, SizeOf(output));
            json.WriteEndObject();
        }
        else
        {
            WriteData(json, output);
        }

        json.WriteEndObject();
    }

    private void WriteData(Utf8JsonWriter json, ServedOutput output)
    {
        json.WriteStartArray("data"u8);
        if (output.Kind == ServedKind.Boolean)
        {
            foreach (var value in call.Cold)
            {
                json.WriteBooleanValue(value);
            }
        }
        else
        {
            foreach (var value in call.Scores(output.Name))
            {
                json.WriteNumberValue(float.IsFinite(value) ? value : throw new InvalidInputException($"output '{output.Name}'", $"{value}", "a finite number: JSON has no other, ask for binary_data"));
            }
        }

        json.WriteEndArray();
    }

    private int SizeOf(ServedOutput output) => call.RowCount * output.Width * Datatypes.SizeOf(output.Kind);

    private ReadOnlySpan<byte> Bytes(ServedOutput output) =>
        output.Kind == ServedKind.Boolean ? MemoryMarshal.AsBytes(call.Cold) : MemoryMarshal.AsBytes(call.Scores(output.Name));
}
