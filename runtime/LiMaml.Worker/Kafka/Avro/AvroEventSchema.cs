using System.Text.Json;
using System.Text.Json.Nodes;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;

namespace LiMaml.Worker.Kafka;

/// <summary>The Avro schema of events, derived from a model's.</summary>
internal static class AvroEventSchema
{
    /// <summary>Field: the event id, or null.</summary>
    public const string EventId = "event_id";

    /// <summary>Field: event time, <c>timestamp-micros</c>.</summary>
    public const string EventTime = "event_time";

    /// <summary>Field: the label.</summary>
    public const string Label = "label";

    /// <summary>Field: the weight, 1 where left out.</summary>
    public const string Weight = "weight";

    /// <summary>Field: a map from key column to value.</summary>
    public const string Keys = "keys";

    /// <summary>Field: a record with one field for each feature.</summary>
    public const string Features = "features";

    /// <summary>The schema as JSON.</summary>
    public static string Of(EventSchema schema) => new JsonObject
    {
        ["type"] = "record",
        ["name"] = "Interaction",
        ["namespace"] = "limaml",
        ["fields"] = new JsonArray(
            Field(EventId, new JsonArray("null", "string"), hasNullDefault: true),
            Field(EventTime, new JsonObject { ["type"] = "long", ["logicalType"] = "timestamp-micros" }),
            Field(Label, "float"),
            new JsonObject { ["name"] = Weight, ["type"] = "float", ["default"] = 1.0 },
            Field(Keys, new JsonObject { ["type"] = "map", ["values"] = "string" }),
            Field(Features, FeaturesOf(schema.Dataset))),
    }.ToJsonString(JsonSerializerOptions.Default);

    private static JsonObject FeaturesOf(DatasetSchema schema) => new()
    {
        ["type"] = "record",
        ["name"] = "Features",
        ["fields"] = new JsonArray([.. schema.Features.Select(FieldOf)]),
    };

    private static JsonNode FieldOf(Feature feature) => feature switch
    {
        CategoricalFeature => Field(feature.Name, new JsonArray("null", "string", "int"), hasNullDefault: true),
        MultiValuedFeature => Field(feature.Name, ArrayOf(new JsonArray("string", "int"))),
        VectorFeature => Field(feature.Name, ArrayOf("float")),
        _ => Field(feature.Name, "float"),
    };

    private static JsonObject ArrayOf(JsonNode items) => new() { ["type"] = "array", ["items"] = items };

    private static JsonObject Field(string name, JsonNode type, bool hasNullDefault = false)
    {
        var field = new JsonObject { ["name"] = name, ["type"] = type };
        if (hasNullDefault)
        {
            field["default"] = null;
        }

        return field;
    }
}
