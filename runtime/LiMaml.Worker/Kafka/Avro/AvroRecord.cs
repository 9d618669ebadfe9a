using Avro;
using Avro.Generic;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;

namespace LiMaml.Worker.Kafka;

/// <summary>An event as an Avro record of <see cref="AvroEventSchema"/>.</summary>
internal static class AvroRecord
{
    /// <summary>The record.</summary>
    /// <exception cref="EventRejectedException">A feature has no value, or one of another kind.</exception>
    public static GenericRecord Of(InteractionEvent interaction, RecordSchema avro, DatasetSchema schema)
    {
        var record = new GenericRecord(avro);
        record.Add(AvroEventSchema.EventId, interaction.EventId);
        record.Add(AvroEventSchema.EventTime, DateTime.UnixEpoch.AddTicks(interaction.EventTime * TimeSpan.TicksPerMicrosecond));
        record.Add(AvroEventSchema.Label, interaction.Label);
        record.Add(AvroEventSchema.Weight, interaction.Weight);
        record.Add(AvroEventSchema.Keys, interaction.Keys.ToDictionary(key => key.Key, key => (object)key.Value));
        var features = new GenericRecord((RecordSchema)avro[AvroEventSchema.Features].Schema);
        foreach (var feature in schema.Features)
        {
            features.Add(feature.Name, Value(feature, interaction.Features.GetValueOrDefault(feature.Name)));
        }

        record.Add(AvroEventSchema.Features, features);
        return record;
    }

    private static object? Value(Feature feature, FeatureValue? value) => (feature, value) switch
    {
        (CategoricalFeature, null) => null,
        (CategoricalFeature, FeatureValue.Category category) => category.Value,
        (CategoricalFeature, FeatureValue.CategoryIndex category) => category.Index,
        (MultiValuedFeature, null) => Array.Empty<object>(),
        (MultiValuedFeature, FeatureValue.Categories categories) => categories.Values.ToArray<object>(),
        (MultiValuedFeature, FeatureValue.CategoryIndices categories) => categories.Indices.Cast<object>().ToArray(),
        (VectorFeature, FeatureValue.Vector vector) => vector.Values.ToArray().Cast<object>().ToArray(),
        (DenseFeature, FeatureValue.Number number) => number.Value,
        _ => throw new EventRejectedException(
            value is null ? RejectionReasons.MissingFeature : RejectionReasons.FeatureKind, $"feature '{feature.Name}': found {value?.GetType().Name ?? "nothing"}, expected a value for {feature.GetType().Name}."),
    };
}
