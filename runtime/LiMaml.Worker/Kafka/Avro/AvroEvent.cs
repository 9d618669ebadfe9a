using System.Collections;
using Avro.Generic;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;

namespace LiMaml.Worker.Kafka;

/// <summary>An Avro record read as an event, field by field, whatever the writer's number types are.</summary>
internal sealed class AvroEvent(GenericRecord record, DatasetSchema schema)
{
    /// <summary>The event.</summary>
    /// <exception cref="EventRejectedException">A field is missing or of another kind.</exception>
    public InteractionEvent Read(EventHeaders headers) => new()
    {
        EventId = Find(record, AvroEventSchema.EventId) is { } id ? Text(id, AvroEventSchema.EventId) : HeaderText(headers, EventHeaders.Id),
        EventTime = Find(record, AvroEventSchema.EventTime) is { } time ? Time(time) : HeaderTime(headers),
        Label = Number(Required(record, AvroEventSchema.Label), AvroEventSchema.Label),
        Weight = Find(record, AvroEventSchema.Weight) is { } weight ? Number(weight, AvroEventSchema.Weight) : 1,
        Keys = Keys(Required(record, AvroEventSchema.Keys)),
        Features = Features(Required(record, AvroEventSchema.Features)),
    };

    private static Dictionary<string, string> Keys(object found) => found switch
    {
        IDictionary<string, object> map => map.ToDictionary(pair => pair.Key, pair => Text(pair.Value, $"key column '{pair.Key}'")),
        GenericRecord fields => fields.Schema.Fields.ToDictionary(field => field.Name, field => Text(fields.GetValue(field.Pos), $"key column '{field.Name}'")),
        _ => throw Wrong(RejectionReasons.Key, AvroEventSchema.Keys, found, "a map or a record"),
    };

    private Dictionary<string, FeatureValue> Features(object found)
    {
        if (found is not GenericRecord fields)
        {
            throw Wrong(RejectionReasons.Malformed, AvroEventSchema.Features, found, "a record");
        }

        var values = new Dictionary<string, FeatureValue>(schema.Features.Count);
        foreach (var feature in schema.Features)
        {
            if (Find(fields, feature.Name) is { } value)
            {
                values.Add(feature.Name, Feature(feature, value));
            }
        }

        return values;
    }

    private static FeatureValue Feature(Feature feature, object found)
    {
        var where = $"feature '{feature.Name}'";
        return feature switch
        {
            CategoricalFeature => found is int index ? new FeatureValue.CategoryIndex(index) : new FeatureValue.Category(Text(found, where)),
            MultiValuedFeature => Categories([.. List(found, where)], where),
            VectorFeature => new FeatureValue.Vector(List(found, where).Select(number => Number(number, where)).ToArray()),
            _ => new FeatureValue.Number(Number(found, where)),
        };
    }

    private static FeatureValue Categories(object[] found, string where) => found.Length > 0 && found.All(value => value is int)
        ? new FeatureValue.CategoryIndices([.. found.Cast<int>()])
        : new FeatureValue.Categories([.. found.Select(value => Text(value, where))]);

    private static IEnumerable<object> List(object found, string where) =>
        found is IEnumerable values and not string ? values.Cast<object>() : throw Wrong(RejectionReasons.FeatureKind, where, found, "an array");

    private static float Number(object found, string where) => found switch
    {
        float number => number,
        double number => (float)number,
        int number => number,
        long number => number,
        bool truth => truth ? 1 : 0,
        _ => throw Wrong(RejectionReasons.FeatureKind, where, found, "a number"),
    };

    // Logical types come as DateTime, plain ones as the microseconds that the schema asks for.
    private static long Time(object found) => found switch
    {
        long microseconds => microseconds,
        DateTime time => (time.ToUniversalTime().Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        _ => throw Wrong(RejectionReasons.EventTime, AvroEventSchema.EventTime, found, "timestamp-micros or timestamp-millis"),
    };

    private static long HeaderTime(EventHeaders headers) => HeaderText(headers, EventHeaders.Time) is { } text
        && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
            ? (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond
            : throw new EventRejectedException(RejectionReasons.EventTime, $"{AvroEventSchema.EventTime}: found nothing, expected it, or the header {EventHeaders.Time} in RFC 3339.");

    private static string? HeaderText(EventHeaders headers, string name) =>
        headers.Values.TryGetValue(name, out var bytes) ? System.Text.Encoding.UTF8.GetString(bytes) : null;

    private static string Text(object found, string where) =>
        found as string ?? throw Wrong(RejectionReasons.FeatureKind, where, found, "text");

    private static object? Find(GenericRecord fields, string name) => fields.TryGetValue(name, out var value) ? value : null;

    private static object Required(GenericRecord fields, string name) =>
        Find(fields, name) ?? throw new EventRejectedException(RejectionReasons.MissingMember, $"{name}: found nothing, expected the field.");

    private static EventRejectedException Wrong(string reason, string where, object? found, string expected) =>
        new(reason, $"{where}: found {found?.GetType().Name ?? "null"}, expected {expected}.");
}
