using System.Text.Encodings.Web;
using System.Text.Json;
using LiMaml.Models.Datasets;

namespace LiMaml.Runtime.Events;

/// <summary>Writes events as JSON: equal events give equal bytes.</summary>
internal static class JsonEventWriter
{
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(Utf8JsonWriter writer, InteractionEvent interaction)
    {
        writer.WriteStartObject();
        if (interaction.EventId is { } id)
        {
            writer.WriteString("eventId", id);
        }

        writer.WriteNumber("eventTime", interaction.EventTime);
        writer.WriteNumber("label", interaction.Label);
        if (interaction.Weight != 1)
        {
            writer.WriteNumber("weight", interaction.Weight);
        }

        writer.WriteStartObject("keys");
        foreach (var (column, value) in interaction.Keys.OrderBy(pair => pair.Key, TaskKey.Comparer))
        {
            writer.WriteString(column, value);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("features");
        foreach (var (name, value) in interaction.Features.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Write(writer, name, value);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, FeatureValue value)
    {
        switch (value)
        {
            case FeatureValue.Number number:
                writer.WriteNumber(name, number.Value);
                break;
            case FeatureValue.Category { Value.Length: > 0 } category:
                writer.WriteString(name, category.Value);
                break;
            case FeatureValue.CategoryIndex index:
                writer.WriteStartObject(name);
                writer.WriteNumber("index", index.Index);
                writer.WriteEndObject();
                break;
            case FeatureValue.Categories { Values.Count: > 0 } categories:
                writer.WriteStartArray(name);
                foreach (var word in categories.Values)
                {
                    writer.WriteStringValue(word);
                }

                writer.WriteEndArray();
                break;
            case FeatureValue.CategoryIndices { Indices.Count: > 0 } indices:
                writer.WriteStartObject(name);
                writer.WriteStartArray("indices");
                foreach (var index in indices.Indices)
                {
                    writer.WriteNumberValue(index);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
            case FeatureValue.Vector vector:
                writer.WriteStartArray(name);
                foreach (var number in vector.Values.Span)
                {
                    writer.WriteNumberValue(number);
                }

                writer.WriteEndArray();
                break;
            default:
                break; // a category or set without values is not written: absent means the same
        }
    }
}
