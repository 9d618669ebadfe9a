using System.Text;
using System.Text.Json;

namespace LiMaml.Runtime.Events;

/// <summary>Reads one event from JSON, token by token; no document is built.</summary>
internal ref struct JsonEventReader
{
    private readonly EventLayout layout;
    private readonly bool ignoreUnknown;
    private Utf8JsonReader json;
    private string? id;
    private long? time;
    private float? label;
    private float? weight;
    private string?[]? keys;
    private FeatureValue?[]? features;

    public JsonEventReader(ReadOnlySpan<byte> payload, EventLayout layout, bool ignoreUnknown)
    {
        this.layout = layout;
        this.ignoreUnknown = ignoreUnknown;
        json = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 8 });
    }

    /// <exception cref="EventRejectedException">It is JSON, but no event.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public InteractionEvent Read(EventHeaders headers)
    {
        json.Read();
        Expect(json.TokenType == JsonTokenType.StartObject, RejectionReasons.Malformed, "payload", "an object");
        while (NextName())
        {
            ReadMember();
        }

        json.Read();
        return new InteractionEvent
        {
            Keys = new KeyValues(layout, Required(keys, "keys")),
            EventTime = CloudEvents.Time(headers, time),
            Label = label ?? throw Missing("label"),
            Weight = weight ?? 1,
            EventId = CloudEvents.Id(headers, id),
            Features = new FeatureValues(layout, Required(features, "features")),
        };
    }

    private void ReadMember()
    {
        if (json.ValueTextEquals("eventId"u8))
        {
            Once(id is null, "eventId");
            id = ReadText(RejectionReasons.EventId, "eventId");
        }
        else if (json.ValueTextEquals("eventTime"u8))
        {
            Once(time is null, "eventTime");
            time = ReadTime();
        }
        else if (json.ValueTextEquals("label"u8))
        {
            Once(label is null, "label");
            label = ReadNumber(RejectionReasons.Label, "label");
        }
        else if (json.ValueTextEquals("weight"u8))
        {
            Once(weight is null, "weight");
            weight = ReadNumber(RejectionReasons.Weight, "weight");
        }
        else if (json.ValueTextEquals("keys"u8))
        {
            Once(keys is null, "keys");
            keys = ReadKeys();
        }
        else if (json.ValueTextEquals("features"u8))
        {
            Once(features is null, "features");
            features = ReadFeatures();
        }
        else if (ignoreUnknown)
        {
            json.Skip();
        }
        else
        {
            throw EventValidation.Fault(RejectionReasons.UnexpectedMember, "payload", EventValidation.Short(json.GetString()!), "eventId, eventTime, label, weight, keys and features");
        }
    }

    private long ReadTime()
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            return CloudEvents.Parse(json.GetString()!, "eventTime");
        }

        Expect(json.TokenType == JsonTokenType.Number && json.TryGetInt64(out _), RejectionReasons.EventTime, "eventTime", "an ISO 8601 time or whole microseconds since 1970 UTC");
        return json.GetInt64();
    }

    private string?[] ReadKeys()
    {
        Start("keys");
        var values = new string?[layout.KeyColumns.Length];
        while (NextName())
        {
            var place = -1;
            for (var column = 0; column < values.Length && place < 0; column++)
            {
                place = json.ValueTextEquals(layout.KeyColumns[column]) ? column : -1;
            }

            if (place < 0)
            {
                SkipUnknown("keys", string.Join(", ", layout.KeyColumns), RejectionReasons.Key);
                continue;
            }

            Once(values[place] is null, layout.KeyColumns[place]);
            values[place] = ReadText(RejectionReasons.Key, layout.KeyColumns[place]);
        }

        return values;
    }

    private FeatureValue?[] ReadFeatures()
    {
        Start("features");
        var values = new FeatureValue?[layout.Features.Length];
        Span<bool> seen = values.Length <= 256 ? stackalloc bool[values.Length] : new bool[values.Length];
        Span<char> buffer = stackalloc char[128];
        while (NextName())
        {
            var place = json.ValueSpan.Length <= buffer.Length ? layout.PlaceOf(buffer[..json.CopyString(buffer)]) : -1;
            if (place < 0)
            {
                SkipUnknown("features", string.Join(", ", layout.Features.Select(feature => feature.Name)), RejectionReasons.UnknownFeature);
                continue;
            }

            Once(!seen[place], layout.Features[place].Name);
            seen[place] = true;
            values[place] = ReadFeature(layout.Features[place]);
        }

        return values;
    }

    private FeatureValue? ReadFeature(EventFeature feature)
    {
        switch (feature.Kind)
        {
            case FeatureKind.Number:
                return new FeatureValue.Number(ReadNumber(RejectionReasons.FeatureKind, feature.Name));
            case FeatureKind.Vector:
                return ReadVector(feature);
            case FeatureKind.Category:
                json.Read();
                return ReadCategory(feature);
            default:
                json.Read();
                return ReadSet(feature);
        }
    }

    private FeatureValue? ReadCategory(EventFeature feature)
    {
        if (json.TokenType == JsonTokenType.StartObject)
        {
            return new FeatureValue.CategoryIndex(ReadIndices(feature.Name, "index"u8)[0]);
        }

        var word = json.TokenType == JsonTokenType.Null ? "" : Text(RejectionReasons.FeatureKind, feature.Name);
        return word.Length == 0 ? null : new FeatureValue.Category(word);
    }

    private FeatureValue? ReadSet(EventFeature feature)
    {
        if (json.TokenType == JsonTokenType.StartObject)
        {
            return ReadIndices(feature.Name, "indices"u8) is { Count: > 0 } indices ? new FeatureValue.CategoryIndices(indices) : null;
        }

        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(json.TokenType == JsonTokenType.StartArray, RejectionReasons.FeatureKind, feature.Name, "a list of categories");
        var words = new List<string>();
        while (NextElement())
        {
            words.Add(Text(RejectionReasons.FeatureKind, feature.Name));
        }

        return words.Count == 0 ? null : new FeatureValue.Categories(words);
    }

    /// <summary>The object {"index": 1} or {"indices": [1, 2]}, whose start was read.</summary>
    private List<int> ReadIndices(string feature, ReadOnlySpan<byte> member)
    {
        var indices = new List<int>();
        Expect(NextName() && json.ValueTextEquals(member), RejectionReasons.FeatureKind, feature, $"an object with the member {Encoding.UTF8.GetString(member)}");
        json.Read();
        if (member.Length == "index"u8.Length)
        {
            indices.Add(Index(feature));
        }
        else
        {
            Expect(json.TokenType == JsonTokenType.StartArray, RejectionReasons.FeatureKind, feature, "a list of indices");
            while (NextElement())
            {
                indices.Add(Index(feature));
            }
        }

        Expect(!NextName(), RejectionReasons.FeatureKind, feature, "nothing after it");
        return indices;
    }

    private FeatureValue.Vector ReadVector(EventFeature feature)
    {
        json.Read();
        Expect(json.TokenType == JsonTokenType.StartArray, RejectionReasons.FeatureKind, feature.Name, "a list of numbers");
        var (numbers, count) = (new float[feature.Length], 0);
        while (NextElement())
        {
            var number = Number(RejectionReasons.FeatureKind, feature.Name);
            if (count < numbers.Length)
            {
                numbers[count] = number;
            }

            count++;
        }

        return count == numbers.Length
            ? new FeatureValue.Vector(numbers)
            : throw EventValidation.Fault(RejectionReasons.FeatureValue, $"feature '{feature.Name}'", $"{count} numbers", $"{numbers.Length}");
    }

    private float ReadNumber(string reason, string where)
    {
        json.Read();
        return Number(reason, where);
    }

    private readonly float Number(string reason, string where)
    {
        Expect(json.TokenType == JsonTokenType.Number && json.TryGetSingle(out _), reason, where, "a number");
        return json.GetSingle();
    }

    private readonly int Index(string feature)
    {
        Expect(json.TokenType == JsonTokenType.Number && json.TryGetInt32(out _), RejectionReasons.FeatureKind, feature, "an index");
        return json.GetInt32();
    }

    private string ReadText(string reason, string where)
    {
        json.Read();
        return Text(reason, where);
    }

    /// <summary>A string, or a whole number as its digits.</summary>
    private readonly string Text(string reason, string where)
    {
        if (json.TokenType == JsonTokenType.Number && json.ValueSpan.IndexOfAny("eE."u8) < 0)
        {
            return Encoding.UTF8.GetString(json.ValueSpan);
        }

        Expect(json.TokenType == JsonTokenType.String, reason, where, "text or a whole number");
        return json.GetString()!;
    }

    private void Start(string member)
    {
        json.Read();
        Expect(json.TokenType == JsonTokenType.StartObject, RejectionReasons.Malformed, member, "an object");
    }

    private bool NextName()
    {
        json.Read();
        return json.TokenType == JsonTokenType.PropertyName;
    }

    // The payload's bound bounds the list.
    private bool NextElement()
    {
        json.Read();
        return json.TokenType != JsonTokenType.EndArray;
    }

    private void SkipUnknown(string where, string known, string reason)
    {
        if (!ignoreUnknown)
        {
            throw EventValidation.Fault(reason, where, EventValidation.Short(json.GetString()!), $"those of the schema: {known}");
        }

        json.Skip();
    }

    private readonly void Expect(bool holds, string reason, string where, string expected)
    {
        if (!holds)
        {
            throw EventValidation.Fault(reason, where, Found(), expected);
        }
    }

    private readonly string Found() => json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.EndObject or JsonTokenType.EndArray => "its end",
        JsonTokenType.None => "nothing",
        _ => EventValidation.Short(Encoding.UTF8.GetString(json.ValueSpan)),
    };

    private static void Once(bool first, string member)
    {
        if (!first)
        {
            throw EventValidation.Fault(RejectionReasons.UnexpectedMember, EventValidation.Short(member), "it twice", "it once");
        }
    }

    private static T Required<T>(T? value, string member)
        where T : class => value ?? throw Missing(member);

    private static EventRejectedException Missing(string member) => EventValidation.Fault(RejectionReasons.MissingMember, member, "nothing", "a value");
}
