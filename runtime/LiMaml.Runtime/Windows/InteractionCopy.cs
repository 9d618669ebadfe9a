using System.Buffers.Binary;
using System.Numerics;
using System.Text.Unicode;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Copies a Protobuf message (<c>interaction.proto</c>) value by value into a sample. It takes the messages that any
/// encoder writes of valid events: with an id and a time, all keys, packed numbers, nothing unknown. For the rest it says
/// no, and <see cref="ProtobufEventFormat"/> reads or rejects them: what both take gives the same bytes. Not thread-safe.
/// </summary>
internal sealed class InteractionCopy
{
    private const int Schema = (1 << 3) | 1, EventId = (2 << 3) | 2, EventTime = 3 << 3, Label = (4 << 3) | 5, Weight = (5 << 3) | 5, Keys = (6 << 3) | 2,
        Dense = (7 << 3) | 2, Categories = (8 << 3) | 2, Indices = (9 << 3) | 2, Sets = (10 << 3) | 2, Vectors = (11 << 3) | 2, SetValues = (1 << 3) | 2, SetIndices = (2 << 3) | 2;

    private readonly EventLayout layout;
    private readonly Feature[] features;
    private readonly TaskColumns tasks;
    private readonly int[] slots;
    private readonly Range[] keys;
    private readonly Range[] categories;
    private readonly uint[] categoryIndices;
    private readonly Range[] sets;
    private readonly int numbers;
    private readonly int vectorNumbers;
    private readonly List<uint> setIndices = [];

    public InteractionCopy(EventSchema schema, TaskColumns tasks)
    {
        this.tasks = tasks;
        layout = schema.Layout;
        features = [.. layout.Features.Select(feature => schema.Dataset.Feature(feature.Name))];
        slots = new int[features.Length];
        var (number, category, set, vector) = (0, 0, 0, 0);
        for (var place = 0; place < slots.Length; place++)
        {
            slots[place] = layout.Features[place].Kind switch
            {
                FeatureKind.Number => number++,
                FeatureKind.Category => category++,
                FeatureKind.Categories => set++,
                _ => (vector += layout.Features[place].Length) - layout.Features[place].Length,
            };
        }

        (numbers, vectorNumbers) = (number, vector);
        keys = new Range[layout.KeyColumns.Length];
        (categories, categoryIndices, sets) = (new Range[category], new uint[category], new Range[set]);
    }

    /// <summary>Appends the event of <paramref name="payload"/>; false, with nothing appended, where it is not of the usual kind.</summary>
    /// <param name="payload">A message.</param>
    /// <param name="latest">The largest event time that is valid, microseconds since 1970 UTC.</param>
    /// <param name="target">Takes the event.</param>
    public bool TryAppend(ReadOnlySpan<byte> payload, long latest, EncodedEvents target)
    {
        if (payload.Length > EventLimits.MaxPayloadBytes || !TryParse(payload, out var fields) || !IsValid(payload, fields, latest))
        {
            return false;
        }

        var bytes = target.Begin();
        if (tasks.Write(payload, keys, bytes))
        {
            var start = bytes.Length;
            bytes.Reserve(sizeof(int));
            if (!TryWrite(payload, fields, bytes))
            {
                target.Drop();
                return false;
            }

            BinaryPrimitives.WriteInt32LittleEndian(bytes.Written[start..], bytes.Length - start - sizeof(int));
        }
        else
        {
            target.Drop();
        }

        target.End(fields.Time, layout);
        return true;
    }

    /// <summary>Where the values stand; false where a field is unknown, cut off, written another way or too often.</summary>
    private bool TryParse(ReadOnlySpan<byte> payload, out Fields fields)
    {
        fields = new Fields { Weight = 1 };
        var (key, category, set) = (0, 0, 0);
        var hasIndices = false;
        for (var position = 0; position < payload.Length;)
        {
            var tag = payload[position++];
            switch (tag)
            {
                case Schema when payload.Length - position >= sizeof(ulong):
                    fields.Schema = BinaryPrimitives.ReadUInt64LittleEndian(payload[position..]);
                    position += sizeof(ulong);
                    continue;
                case EventTime when TryVariable(payload, ref position, out var time):
                    fields.Time = (long)time;
                    fields.HasTime = true;
                    continue;
                case Label or Weight when payload.Length - position >= sizeof(float):
                    var number = BinaryPrimitives.ReadSingleLittleEndian(payload[position..]);
                    position += sizeof(float);
                    (fields.HasLabel, fields.Label, fields.Weight) = tag == Label ? (true, number, fields.Weight) : (fields.HasLabel, fields.Label, number);
                    continue;
            }

            if (tag is not (EventId or Keys or Dense or Categories or Indices or Sets or Vectors) || !TryVariable(payload, ref position, out var length) || length > (ulong)(payload.Length - position))
            {
                return false;
            }

            var range = position..(position + (int)length);
            position += (int)length;
            switch (tag)
            {
                case EventId:
                    fields.Id = range;
                    continue;
                case Keys when key < keys.Length:
                    keys[key++] = range;
                    continue;
                case Categories when category < categories.Length:
                    categories[category++] = range;
                    continue;
                case Sets when set < sets.Length:
                    sets[set++] = range;
                    continue;
                case Dense when fields.Dense.Equals(default) && length == (ulong)numbers * sizeof(float):
                    fields.Dense = range;
                    continue;
                case Vectors when fields.Vectors.Equals(default) && length == (ulong)vectorNumbers * sizeof(float):
                    fields.Vectors = range;
                    continue;
                case Indices when !hasIndices && TryIndices(payload[range], categoryIndices):
                    hasIndices = true;
                    continue;
                default:
                    return false;
            }
        }

        if (!hasIndices)
        {
            Array.Clear(categoryIndices);
        }

        return key == keys.Length && category == categories.Length && set == sets.Length
            && (numbers == 0 || !fields.Dense.Equals(default)) && (vectorNumbers == 0 || !fields.Vectors.Equals(default));
    }

    private bool IsValid(ReadOnlySpan<byte> payload, in Fields fields, long latest)
    {
        if (fields.Schema != layout.Number || !fields.HasTime || fields.Time < 0 || fields.Time > latest || !fields.HasLabel
            || !layout.Label.IsLabel(fields.Label) || !(fields.Weight >= 0 && float.IsFinite(fields.Weight))
            || !IsText(payload[fields.Id], EventLimits.MaxEventIdBytes) || !AreFinite(payload[fields.Dense]) || !AreFinite(payload[fields.Vectors]))
        {
            return false;
        }

        foreach (var key in keys)
        {
            if (!IsText(payload[key], EventLimits.MaxKeyBytes) || payload[key].Contains((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryWrite(ReadOnlySpan<byte> payload, in Fields fields, ByteWriter bytes)
    {
        bytes.Int64((long)layout.Number);
        bytes.Int64(fields.Time);
        bytes.Text(payload[fields.Id]);
        bytes.Float32(fields.Label);
        bytes.Float32(fields.Weight);
        foreach (var key in keys)
        {
            bytes.Text(payload[key]);
        }

        var dense = payload[fields.Dense];
        var vectors = payload[fields.Vectors];
        for (var place = 0; place < features.Length; place++)
        {
            var slot = slots[place];
            var written = features[place] switch
            {
                DenseFeature number => TryNumber(number, dense.Slice(slot * sizeof(float), sizeof(float)), bytes),
                CategoricalFeature category => TryCategory(category, payload[categories[slot]], categoryIndices[slot], bytes),
                MultiValuedFeature set => TrySet(set, payload[sets[slot]], bytes),
                VectorFeature vector => TryVector(vectors.Slice(slot * sizeof(float), vector.Length * sizeof(float)), bytes),
                _ => false,
            };
            if (!written)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryNumber(DenseFeature feature, ReadOnlySpan<byte> value, ByteWriter bytes)
    {
        if (feature.Transform == DenseTransform.Log1p && BinaryPrimitives.ReadSingleLittleEndian(value) < 0)
        {
            return false;
        }

        bytes.Bytes(value);
        return true;
    }

    private static bool TryVector(ReadOnlySpan<byte> values, ByteWriter bytes)
    {
        bytes.Bytes(values);
        return true;
    }

    private static bool TryCategory(CategoricalFeature feature, ReadOnlySpan<byte> word, uint index, ByteWriter bytes)
    {
        if (index != 0)
        {
            bytes.Variable(2 + (2 * index));
            return word.IsEmpty && index <= feature.HashBuckets;
        }

        if (word.IsEmpty)
        {
            bytes.Byte(0);
            return true;
        }

        bytes.Text(word, shift: 1, add: 1);
        return IsText(word, EventLimits.MaxCategoryBytes);
    }

    private bool TrySet(MultiValuedFeature feature, ReadOnlySpan<byte> set, ByteWriter bytes)
    {
        if (set.IsEmpty)
        {
            bytes.Byte(0);
            return true;
        }

        return set[0] == SetIndices ? TrySetIndices(feature, set, bytes) : TrySetValues(set, bytes);
    }

    private bool TrySetIndices(MultiValuedFeature feature, ReadOnlySpan<byte> set, ByteWriter bytes)
    {
        var position = 1;
        if (!TryVariable(set, ref position, out var length) || length == 0 || length != (ulong)(set.Length - position))
        {
            return false;
        }

        setIndices.Clear();
        while (position < set.Length)
        {
            if (!TryVariable(set, ref position, out var index) || index < 1 || index > (ulong)(feature.HashBuckets ?? 0))
            {
                return false;
            }

            setIndices.Add((uint)index);
        }

        bytes.Variable(1 + (2 * (uint)setIndices.Count));
        foreach (var index in setIndices)
        {
            bytes.Variable(index);
        }

        return setIndices.Count <= EventLimits.MaxValues;
    }

    private static bool TrySetValues(ReadOnlySpan<byte> set, ByteWriter bytes)
    {
        var count = 0u;
        for (var position = 0; position < set.Length; count++)
        {
            if (!TryNext(set, ref position, out var word) || !IsText(word, EventLimits.MaxCategoryBytes))
            {
                return false;
            }
        }

        bytes.Variable(2 * count);
        for (var position = 0; position < set.Length;)
        {
            TryNext(set, ref position, out var word);
            bytes.Text(word);
        }

        return count <= EventLimits.MaxValues;
    }

    /// <summary>The next of a set's values.</summary>
    private static bool TryNext(ReadOnlySpan<byte> set, ref int position, out ReadOnlySpan<byte> word)
    {
        word = default;
        if (set[position++] != SetValues || !TryVariable(set, ref position, out var length) || length > (ulong)(set.Length - position))
        {
            return false;
        }

        word = set.Slice(position, (int)length);
        position += (int)length;
        return true;
    }

    private static bool TryIndices(ReadOnlySpan<byte> packed, uint[] target)
    {
        var position = 0;
        for (var place = 0; place < target.Length; place++)
        {
            if (!TryVariable(packed, ref position, out var index) || index > int.MaxValue)
            {
                return false;
            }

            target[place] = (uint)index;
        }

        return position == packed.Length;
    }

    private static bool TryVariable(ReadOnlySpan<byte> bytes, ref int position, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 63 && position < bytes.Length; shift += 7)
        {
            var next = bytes[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsText(ReadOnlySpan<byte> text, int most) => text.Length > 0 && text.Length <= most && Utf8.IsValid(text);

    // All bits of the exponent: infinite, or no number.
    private static bool AreFinite(ReadOnlySpan<byte> numbers)
    {
        for (; !numbers.IsEmpty; numbers = numbers[sizeof(float)..])
        {
            if (!float.IsFinite(BinaryPrimitives.ReadSingleLittleEndian(numbers)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A message's scalars, and where in it the rest stands.</summary>
    private struct Fields
    {
        public ulong Schema;
        public long Time;
        public bool HasTime;
        public float Label;
        public bool HasLabel;
        public float Weight;
        public Range Id;
        public Range Dense;
        public Range Vectors;
    }
}
