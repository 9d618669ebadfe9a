using Google.Protobuf;
using Google.Protobuf.Collections;
using LiMaml.Runtime.Events.Wire;

namespace LiMaml.Runtime.Events;

/// <summary>Events as the Protobuf message of <c>interaction.proto</c>: compact, bound to one schema. Thread-safe.</summary>
/// <param name="schema">The schema of events; messages of another one are rejected.</param>
public sealed class ProtobufEventFormat(EventSchema schema) : IEventFormat
{
    private readonly EventLayout layout = schema.Layout;
    private readonly int numbers = schema.Layout.Features.Count(feature => feature.Kind == FeatureKind.Number);
    private readonly int categories = schema.Layout.Features.Count(feature => feature.Kind == FeatureKind.Category);
    private readonly int sets = schema.Layout.Features.Count(feature => feature.Kind == FeatureKind.Categories);
    private readonly int vectorNumbers = schema.Layout.Features.Sum(feature => feature.Length);

    /// <summary><c>protobuf</c>.</summary>
    public string Name => "protobuf";

    /// <inheritdoc/>
    public InteractionEvent Read(ReadOnlySpan<byte> payload, EventHeaders headers)
    {
        var message = Parse(payload);
        if (message.Schema != layout.Number)
        {
            throw EventValidation.Fault(RejectionReasons.SchemaMismatch, "schema hash", $"{message.Schema:x16}", $"{layout.Hash}, the hash of the schema in use");
        }

        Expect(message.HasLabel, RejectionReasons.MissingMember, "label", "nothing", "a number");
        Count(message.Keys.Count, layout.KeyColumns.Length, "keys");
        return new InteractionEvent
        {
            Keys = new KeyValues(layout, Keys(message.Keys)),
            EventTime = CloudEvents.Time(headers, message.HasEventTime ? message.EventTime : null),
            Label = message.Label,
            Weight = message.HasWeight ? message.Weight : 1,
            EventId = CloudEvents.Id(headers, message.EventId.Length == 0 ? null : message.EventId),
            Features = new FeatureValues(layout, Features(message)),
        };
    }

    /// <inheritdoc/>
    public byte[] Write(InteractionEvent interaction, out EventHeaders headers)
    {
        headers = EventHeaders.None;
        var message = new Interaction { Schema = layout.Number, EventId = interaction.EventId ?? "", EventTime = interaction.EventTime, Label = interaction.Label };
        if (interaction.Weight != 1)
        {
            message.Weight = interaction.Weight;
        }

        foreach (var column in layout.KeyColumns)
        {
            message.Keys.Add(interaction.Keys.GetValueOrDefault(column) ?? "");
        }

        foreach (var feature in layout.Features)
        {
            Add(message, feature, interaction.Features.GetValueOrDefault(feature.Name));
        }

        if (message.CategoryIndices.All(index => index == 0))
        {
            message.CategoryIndices.Clear();
        }

        return message.ToByteArray();
    }

    private static Interaction Parse(ReadOnlySpan<byte> payload)
    {
        Expect(payload.Length is > 0 and <= EventLimits.MaxPayloadBytes, RejectionReasons.Size, "payload", $"{payload.Length} bytes", $"1 to {EventLimits.MaxPayloadBytes}");
        try
        {
            return Interaction.Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new EventRejectedException(RejectionReasons.Malformed, $"payload: found {payload.Length} bytes that are no Interaction message ({error.Message}), expected Protobuf as in interaction.proto.", error);
        }
    }

    private static string?[] Keys(RepeatedField<string> source)
    {
        var keys = new string?[source.Count];
        for (var place = 0; place < keys.Length; place++)
        {
            keys[place] = source[place].Length == 0 ? null : source[place];
        }

        return keys;
    }

    private FeatureValue?[] Features(Interaction message)
    {
        Count(message.Dense.Count, numbers, "dense");
        Count(message.Categories.Count, categories, "categories");
        Expect(message.CategoryIndices.Count == 0 || message.CategoryIndices.Count == categories, RejectionReasons.Malformed, "category_indices", $"{message.CategoryIndices.Count} values", $"none or {categories}");
        Count(message.CategorySets.Count, sets, "category_sets");
        Count(message.Vectors.Count, vectorNumbers, "vectors");
        var values = new FeatureValue?[layout.Features.Length];
        var (number, category, set, vector) = (0, 0, 0, 0);
        for (var place = 0; place < values.Length; place++)
        {
            var feature = layout.Features[place];
            values[place] = feature.Kind switch
            {
                FeatureKind.Number => new FeatureValue.Number(message.Dense[number++]),
                FeatureKind.Category => Category(message, category++),
                FeatureKind.Categories => Set(message.CategorySets[set++]),
                _ => Vector(message.Vectors, ref vector, feature.Length),
            };
        }

        return values;
    }

    private static FeatureValue? Category(Interaction message, int place)
    {
        var (word, index) = (message.Categories[place], message.CategoryIndices.Count == 0 ? 0 : message.CategoryIndices[place]);
        if (index != 0)
        {
            Expect(word.Length == 0, RejectionReasons.Malformed, "categories", "a value beside its index", "one of them");
            return new FeatureValue.CategoryIndex((int)Math.Min(index, int.MaxValue));
        }

        return word.Length == 0 ? null : new FeatureValue.Category(word);
    }

    private static FeatureValue? Set(CategorySet set)
    {
        if (set.Indices.Count == 0)
        {
            return set.Values.Count == 0 ? null : new FeatureValue.Categories([.. set.Values]);
        }

        Expect(set.Values.Count == 0, RejectionReasons.Malformed, "category_sets", "values beside indices", "one of them");
        return new FeatureValue.CategoryIndices([.. set.Indices.Select(index => (int)Math.Min(index, int.MaxValue))]);
    }

    private static FeatureValue.Vector Vector(RepeatedField<float> source, ref int next, int length)
    {
        var numbers = new float[length];
        for (var place = 0; place < length; place++)
        {
            numbers[place] = source[next++];
        }

        return new FeatureValue.Vector(numbers);
    }

    private static void Add(Interaction message, EventFeature feature, FeatureValue? value)
    {
        switch (feature.Kind, value)
        {
            case (FeatureKind.Number, FeatureValue.Number number):
                message.Dense.Add(number.Value);
                break;
            case (FeatureKind.Category, null or FeatureValue.Category):
                message.Categories.Add((value as FeatureValue.Category)?.Value ?? "");
                message.CategoryIndices.Add(0);
                break;
            case (FeatureKind.Category, FeatureValue.CategoryIndex index):
                message.Categories.Add("");
                message.CategoryIndices.Add((uint)index.Index);
                break;
            case (FeatureKind.Categories, null):
                message.CategorySets.Add(new CategorySet());
                break;
            case (FeatureKind.Categories, FeatureValue.Categories words):
                message.CategorySets.Add(new CategorySet { Values = { words.Values } });
                break;
            case (FeatureKind.Categories, FeatureValue.CategoryIndices indices):
                message.CategorySets.Add(new CategorySet { Indices = { indices.Indices.Select(index => (uint)index) } });
                break;
            case (FeatureKind.Vector, FeatureValue.Vector vector) when vector.Values.Length == feature.Length:
                message.Vectors.AddRange(vector.Values.ToArray());
                break;
            default:
                throw EventValidation.Fault(
                    value is null ? RejectionReasons.MissingFeature : RejectionReasons.FeatureKind, $"feature '{feature.Name}'", value?.GetType().Name ?? "nothing", $"a value for a feature of kind {feature.Kind}");
        }
    }

    private static void Count(int found, int expected, string field) =>
        Expect(found == expected, RejectionReasons.Malformed, field, $"{found} values", $"{expected}, as the schema has");

    private static void Expect(bool holds, string reason, string where, string found, string expected)
    {
        if (!holds)
        {
            throw EventValidation.Fault(reason, where, found, expected);
        }
    }
}
