using System.Globalization;
using System.Text;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Events;

/// <summary>Whether an event's values are what a schema says.</summary>
internal sealed class EventValidation(DatasetSchema schema, EventLayout layout)
{
    private static readonly long MaxEventTime = EventTime.Microseconds(DateTimeOffset.MaxValue);

    private readonly Feature[] features = [.. layout.Features.Select(feature => schema.Feature(feature.Name))];

    /// <exception cref="EventRejectedException">The first fault found.</exception>
    public void Validate(InteractionEvent interaction, DateTimeOffset now, TimeSpan maxFutureSkew)
    {
        CheckTime(interaction.EventTime, now, maxFutureSkew);
        CheckNumbers(interaction);
        CheckId(interaction.EventId);
        CheckKeys(interaction.Keys);
        if (interaction.Features is FeatureValues values && values.Layout.Number == layout.Number)
        {
            for (var place = 0; place < features.Length; place++)
            {
                Check(features[place], values.Places[place]);
            }
        }
        else
        {
            CheckNames(interaction.Features);
            foreach (var feature in features)
            {
                Check(feature, interaction.Features.GetValueOrDefault(feature.Name));
            }
        }
    }

    /// <summary>The largest event time that is valid, microseconds since 1970 UTC.</summary>
    public static long Latest(DateTimeOffset now, TimeSpan maxFutureSkew) =>
        (long)Int128.Min(MaxEventTime, ((Int128)now.UtcTicks - DateTimeOffset.UnixEpoch.Ticks + maxFutureSkew.Ticks) / TimeSpan.TicksPerMicrosecond);

    private static void CheckTime(long time, DateTimeOffset now, TimeSpan maxFutureSkew)
    {
        if (time < 0 || time > MaxEventTime)
        {
            throw Fault(RejectionReasons.EventTime, "event time", $"{time}", "microseconds since 1970, of the years 1970 to 9999");
        }

        if (time > Latest(now, maxFutureSkew))
        {
            throw Fault(RejectionReasons.FutureEventTime, "event time", $"{EventTime.Of(time):O}", $"at most {maxFutureSkew} after the clock, which says {now.ToUniversalTime():O}");
        }
    }

    private void CheckNumbers(InteractionEvent interaction)
    {
        var label = interaction.Label;
        if (!schema.Label.IsLabel(label))
        {
            throw Fault(RejectionReasons.Label, "label", Text(label), schema.Label.Expected());
        }

        if (!(interaction.Weight >= 0 && float.IsFinite(interaction.Weight)))
        {
            throw Fault(RejectionReasons.Weight, "weight", Text(interaction.Weight), "a finite number, 0 or more");
        }
    }

    private static void CheckId(string? id)
    {
        if (id is not null && (id.Length == 0 || !Fits(id, EventLimits.MaxEventIdBytes)))
        {
            throw Fault(RejectionReasons.EventId, "event id", Short(id), $"1 to {EventLimits.MaxEventIdBytes} bytes of text");
        }
    }

    private void CheckKeys(IReadOnlyDictionary<string, string> keys)
    {
        var found = 0;
        foreach (var column in layout.KeyColumns)
        {
            if (keys.TryGetValue(column, out var value))
            {
                found++;
                CheckKey(column, value ?? "");
            }
        }

        if (found < layout.KeyColumns.Length && !schema.Tasks.Any(task => task.Keys.All(keys.ContainsKey)))
        {
            throw Fault(RejectionReasons.Key, "keys", found == 0 ? "none" : string.Join(", ", keys.Keys), $"all key columns of a task definition: {string.Join("; or ", schema.Tasks.Select(task => string.Join(", ", task.Keys)))}");
        }

        if (keys.Count != found)
        {
            var unknown = keys.Keys.First(column => !layout.KeyColumns.Contains(column));
            throw Fault(RejectionReasons.Key, "keys", Short(unknown), $"key columns of the schema: {string.Join(", ", layout.KeyColumns)}");
        }
    }

    private static void CheckKey(string column, string value)
    {
        if (value.Length == 0 || !Fits(value, EventLimits.MaxKeyBytes) || value.Contains('\0', StringComparison.Ordinal))
        {
            throw Fault(RejectionReasons.Key, $"key column '{column}'", Short(value), $"1 to {EventLimits.MaxKeyBytes} bytes of text without U+0000");
        }
    }

    private void CheckNames(IReadOnlyDictionary<string, FeatureValue> values)
    {
        if (values.Keys.FirstOrDefault(name => layout.PlaceOf(name) < 0) is { } unknown)
        {
            throw Unknown(unknown, layout);
        }
    }

    private static void Check(Feature feature, FeatureValue? value)
    {
        switch (feature, value)
        {
            case (DenseFeature or VectorFeature, null):
                throw Fault(RejectionReasons.MissingFeature, $"feature '{feature.Name}'", "nothing", "a value");
            case (_, null):
                break;
            case (DenseFeature dense, FeatureValue.Number number):
                CheckNumber(dense, number.Value);
                break;
            case (CategoricalFeature, FeatureValue.Category category):
                CheckWord(feature, category.Value ?? "");
                break;
            case (CategoricalFeature categorical, FeatureValue.CategoryIndex index):
                CheckIndex(feature, index.Index, categorical.HashBuckets);
                break;
            case (MultiValuedFeature, FeatureValue.Categories categories):
                CheckWords(feature, categories.Values);
                break;
            case (MultiValuedFeature multiValued, FeatureValue.CategoryIndices indices):
                CheckIndices(multiValued, indices.Indices);
                break;
            case (VectorFeature vector, FeatureValue.Vector numbers):
                CheckVector(vector, numbers.Values.Span);
                break;
            default:
                throw Fault(RejectionReasons.FeatureKind, $"feature '{feature.Name}'", $"a value of kind {value.GetType().Name}", Expected(feature));
        }
    }

    private static void CheckNumber(DenseFeature feature, float value)
    {
        if (!float.IsFinite(value) || (feature.Transform == DenseTransform.Log1p && value < 0))
        {
            throw Fault(RejectionReasons.FeatureValue, $"feature '{feature.Name}'", Text(value), Expected(feature));
        }
    }

    private static void CheckWord(Feature feature, string word)
    {
        if (!Fits(word, EventLimits.MaxCategoryBytes))
        {
            throw Fault(RejectionReasons.FeatureValue, $"feature '{feature.Name}'", Short(word), $"at most {EventLimits.MaxCategoryBytes} bytes of text");
        }
    }

    private static void CheckIndex(Feature feature, int index, int? buckets)
    {
        if (buckets is null)
        {
            throw Fault(RejectionReasons.FeatureKind, $"feature '{feature.Name}'", Text(index), "a category: only hashed features take an index");
        }

        if (index < 1 || index > buckets)
        {
            throw Fault(RejectionReasons.FeatureValue, $"feature '{feature.Name}'", Text(index), $"a bucket from 1 to {buckets}");
        }
    }

    private static void CheckWords(Feature feature, IReadOnlyList<string> words)
    {
        CheckCount(feature, words.Count);
        for (var place = 0; place < words.Count; place++)
        {
            CheckWord(feature, words[place] is { Length: > 0 } word
                ? word
                : throw Fault(RejectionReasons.FeatureValue, $"feature '{feature.Name}'", "an empty value", "values of at least one character"));
        }
    }

    private static void CheckIndices(MultiValuedFeature feature, IReadOnlyList<int> indices)
    {
        CheckCount(feature, indices.Count);
        for (var place = 0; place < indices.Count; place++)
        {
            CheckIndex(feature, indices[place], feature.HashBuckets);
        }
    }

    private static void CheckCount(Feature feature, int count)
    {
        if (count > EventLimits.MaxValues)
        {
            throw Fault(RejectionReasons.FeatureValue, $"feature '{feature.Name}'", $"{count} values", $"at most {EventLimits.MaxValues}");
        }
    }

    private static void CheckVector(VectorFeature feature, ReadOnlySpan<float> values)
    {
        if (values.Length != feature.Length)
        {
            throw Fault(RejectionReasons.FeatureValue, $"feature '{feature.Name}'", $"{values.Length} numbers", Expected(feature));
        }

        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw Fault(RejectionReasons.FeatureValue, $"feature '{feature.Name}'", Text(value), Expected(feature));
            }
        }
    }

    /// <summary>The rejection of a feature that a layout does not have.</summary>
    public static EventRejectedException Unknown(string name, EventLayout layout) => Fault(
        RejectionReasons.UnknownFeature, "features", Short(name), $"those of the schema: {string.Join(", ", layout.Features.Select(feature => feature.Name))}");

    /// <summary>A rejection that reads like the others.</summary>
    public static EventRejectedException Fault(string reason, string where, string found, string expected) =>
        new(reason, $"{where}: found {found}, expected {expected}.");

    /// <summary>What stands there, quoted, of bounded length.</summary>
    public static string Short(string text) => text.Length <= 64 ? $"'{text}'" : $"'{text[..64]}…' ({text.Length} characters)";

    private static string Expected(Feature feature) => feature switch
    {
        DenseFeature { Transform: DenseTransform.Log1p } => "a finite number, 0 or more",
        DenseFeature => "a finite number",
        CategoricalFeature => "a category",
        VectorFeature vector => $"{vector.Length} finite numbers",
        _ => "a list of categories",
    };

    // A lone surrogate has no UTF-8 form: what would be stored is not what came.
    private static bool Fits(string text, int most) =>
        text.Length <= most && (System.Text.Ascii.IsValid(text) || (Encoding.UTF8.GetByteCount(text) <= most && IsWellFormed(text)));

    private static bool IsWellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar && !text.Contains('\uFFFD', StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
