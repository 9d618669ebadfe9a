using System.Text.Json;
using LiMaml.Runtime.Serving;

namespace LiMaml.Worker.Http;

/// <summary>The protocol's description of a model: its version, inputs and outputs.</summary>
internal static class ModelDescription
{
    /// <summary>Writes the JSON object.</summary>
    public static void Write(Utf8JsonWriter json, string name, ServingBundle bundle, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteStartArray("versions");
        json.WriteStringValue(bundle.BundleId);
        json.WriteEndArray();
        json.WriteString("platform", "onnxruntime_onnx");
        json.WriteStartArray("inputs");
        foreach (var input in model.Inputs)
        {
            WriteTensor(json, input.Name, input.Kind, input.IsKeys ? null : input.Width, optional: !input.Required);
        }

        json.WriteEndArray();
        json.WriteStartArray("outputs");
        foreach (var output in model.Outputs)
        {
            WriteTensor(json, output.Name, output.Kind, output.Width, optional: false);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, string name, ServedKind kind, int? width, bool optional)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("datatype", Datatypes.Of(kind));
        json.WriteStartArray("shape");
        json.WriteNumberValue(-1);
        if (width is { } size)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        if (optional)
        {
            json.WriteStartObject("parameters");
            json.WriteBoolean("optional", true);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
