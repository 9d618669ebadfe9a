using System.Security.Cryptography;
using LiMaml.Models;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Events as windows keep them: raw values in the places of a layout, so that any package can read them later. Equal
/// events give equal bytes.
/// </summary>
/// <remarks>
/// layout hash (8 bytes), event time (8), event id (length, UTF-8), label and weight (float32), the key columns (length,
/// UTF-8; empty for none), the features: numbers and vectors as float32; a category as 0 for none, 1 + 2 × length and its UTF-8, or
/// 2 + 2 × index; categories as 2 × count and each with its length, or 1 + 2 × count and each index. Lengths, counts and
/// indices are LEB128, all else is little-endian.
/// </remarks>
internal static class SampleCodec
{
    private const int HashBytes = 16;
    private const int IdDigits = 2 * HashBytes;

    /// <summary>Appends <paramref name="interaction"/>; one without an id gets the hash of its content.</summary>
    /// <exception cref="InvalidInputException">The event lacks a value or has one of another kind than <paramref name="layout"/> says.</exception>
    public static void Write(InteractionEvent interaction, EventLayout layout, ByteWriter target)
    {
        var start = target.Length;
        target.Int64((long)layout.Number);
        target.Int64(interaction.EventTime);
        var idStart = target.Length + 1;
        if (interaction.EventId is { } id)
        {
            target.Text(id);
        }
        else
        {
            target.Byte(IdDigits);
            target.Reserve(IdDigits).Clear();
        }

        target.Float32(interaction.Label);
        target.Float32(interaction.Weight);
        WriteKeys(interaction.Keys, layout, target);
        WriteFeatures(interaction.Features, layout, target);
        if (interaction.EventId is null)
        {
            WriteId(target.Written[start..], target.Written.Slice(idStart, IdDigits));
        }
    }

    /// <summary>Reads a sample.</summary>
    /// <exception cref="InvalidDataException">It is cut off, or not of <paramref name="layout"/>.</exception>
    public static InteractionEvent Read(StoredSample sample, EventLayout layout)
    {
        var reader = new ByteReader(sample.Content);
        var (label, weight) = (reader.Float32(), reader.Float32());
        var keys = new string?[layout.KeyColumns.Length];
        for (var place = 0; place < keys.Length; place++)
        {
            keys[place] = reader.Length() is > 0 and var length ? reader.Text(length) : null;
        }

        var features = new FeatureValue?[layout.Features.Length];
        for (var place = 0; place < features.Length; place++)
        {
            features[place] = ReadFeature(ref reader, layout.Features[place]);
        }

        return reader.AtEnd
            ? new InteractionEvent
            {
                Keys = new KeyValues(layout, keys),
                EventTime = sample.Time,
                Label = label,
                Weight = weight,
                EventId = System.Text.Encoding.UTF8.GetString(sample.Id),
                Features = new FeatureValues(layout, features),
            }
            : throw new InvalidDataException("bytes after a sample's last feature");
    }

    private static void WriteId(ReadOnlySpan<byte> sample, Span<byte> id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(sample, hash);
        Convert.TryToHexStringLower(hash[..HashBytes], id, out _);
    }

    private static void WriteKeys(IReadOnlyDictionary<string, string> keys, EventLayout layout, ByteWriter target)
    {
        var values = (keys as KeyValues)?.Layout.Number == layout.Number ? ((KeyValues)keys).Places : null;
        for (var place = 0; place < layout.KeyColumns.Length; place++)
        {
            target.Text((values is not null ? values[place] : keys.GetValueOrDefault(layout.KeyColumns[place])) ?? "");
        }
    }

    private static void WriteFeatures(IReadOnlyDictionary<string, FeatureValue> features, EventLayout layout, ByteWriter target)
    {
        var values = (features as FeatureValues)?.Layout.Number == layout.Number ? ((FeatureValues)features).Places : null;
        for (var place = 0; place < layout.Features.Length; place++)
        {
            var feature = layout.Features[place];
            WriteFeature(feature, values is not null ? values[place] : features.GetValueOrDefault(feature.Name), target);
        }
    }

    private static void WriteFeature(EventFeature feature, FeatureValue? value, ByteWriter target)
    {
        var written = feature.Kind switch
        {
            FeatureKind.Number => WriteNumber(value, target),
            FeatureKind.Category => WriteCategory(value, target),
            FeatureKind.Categories => WriteCategories(value, target),
            _ => WriteVector(value, feature.Length, target),
        };
        if (!written)
        {
            throw new InvalidInputException("event to apply", $"{value?.GetType().Name ?? "nothing"} for feature '{feature.Name}'", $"a valid event, with a value of kind {feature.Kind}");
        }
    }

    private static bool WriteNumber(FeatureValue? value, ByteWriter target)
    {
        if (value is not FeatureValue.Number number)
        {
            return false;
        }

        target.Float32(number.Value);
        return true;
    }

    private static bool WriteCategory(FeatureValue? value, ByteWriter target)
    {
        switch (value)
        {
            case FeatureValue.Category { Value: { Length: > 0 } word }:
                target.Text(word, shift: 1, add: 1);
                return true;
            case FeatureValue.CategoryIndex index:
                target.Variable(2 + (2 * (uint)index.Index));
                return true;
            default:
                target.Byte(0);
                return value is null or FeatureValue.Category;
        }
    }

    private static bool WriteCategories(FeatureValue? value, ByteWriter target)
    {
        switch (value)
        {
            case FeatureValue.Categories words:
                WriteWords(words.Values, target);
                return true;
            case FeatureValue.CategoryIndices { Indices.Count: > 0 } indices:
                WriteIndices(indices.Indices, target);
                return true;
            default:
                target.Byte(0);
                return value is null or FeatureValue.CategoryIndices;
        }
    }

    private static bool WriteVector(FeatureValue? value, int length, ByteWriter target)
    {
        if (value is not FeatureValue.Vector vector || vector.Values.Length != length)
        {
            return false;
        }

        target.Float32(vector.Values.Span);
        return true;
    }

    private static void WriteWords(IReadOnlyList<string> words, ByteWriter target)
    {
        target.Variable(2 * (uint)words.Count);
        for (var place = 0; place < words.Count; place++)
        {
            target.Text(words[place]);
        }
    }

    private static void WriteIndices(IReadOnlyList<int> indices, ByteWriter target)
    {
        target.Variable(1 + (2 * (uint)indices.Count));
        for (var place = 0; place < indices.Count; place++)
        {
            target.Variable((uint)indices[place]);
        }
    }

    private static FeatureValue? ReadFeature(ref ByteReader reader, EventFeature feature)
    {
        switch (feature.Kind)
        {
            case FeatureKind.Number:
                return new FeatureValue.Number(reader.Float32());
            case FeatureKind.Category:
                return ReadCategory(ref reader);
            case FeatureKind.Categories:
                return ReadCategories(ref reader);
            default:
                var numbers = new float[feature.Length];
                for (var place = 0; place < numbers.Length; place++)
                {
                    numbers[place] = reader.Float32();
                }

                return new FeatureValue.Vector(numbers);
        }
    }

    private static FeatureValue? ReadCategory(ref ByteReader reader)
    {
        var form = reader.Variable();
        return form == 0 ? null
            : form % 2 == 1 ? new FeatureValue.Category(reader.Text((int)(form / 2)))
            : new FeatureValue.CategoryIndex((int)((form / 2) - 1));
    }

    private static FeatureValue? ReadCategories(ref ByteReader reader)
    {
        var form = reader.Variable();
        var count = (int)(form / 2);
        if (count == 0)
        {
            return null;
        }

        // Each takes a byte at least: a count beyond what is left is damage, found before anything is allocated for it.
        _ = new ByteReader(reader.Rest).Bytes(count);
        if (form % 2 == 1)
        {
            var indices = new int[count];
            for (var place = 0; place < count; place++)
            {
                indices[place] = (int)reader.Variable();
            }

            return new FeatureValue.CategoryIndices(indices);
        }

        var words = new string[count];
        for (var place = 0; place < count; place++)
        {
            words[place] = reader.Text();
        }

        return new FeatureValue.Categories(words);
    }
}
