using System.Text;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace Serve;

/// <summary>From raw values to the numbers that graphs take, by the schema of the manifest.</summary>
internal sealed class Encoder
{
    private readonly Dictionary<string, JsonElement> features;
    private readonly Dictionary<string, Dictionary<string, long>> vocabularies = [];

    public Encoder(JsonElement schema)
    {
        features = schema.GetProperty("features").EnumerateArray().ToDictionary(feature => feature.GetProperty("name").GetString()!);
        foreach (var (name, feature) in features)
        {
            if (feature.TryGetProperty("vocabulary", out var values))
            {
                vocabularies[name] = values.EnumerateArray().Select((value, index) => (Value: value.GetString()!, Index: index + 1L)).ToDictionary(entry => entry.Value, entry => entry.Index);
            }
        }
    }

    /// <summary>A graph's input of the given leading axes: its features side by side.</summary>
    public OrtValue Tensor(JsonElement input, IReadOnlyList<JsonElement> rows, params IEnumerable<long> leading)
    {
        var names = input.GetProperty("features").EnumerateArray().Select(name => name.GetString()!).ToList();
        var numbers = rows.SelectMany(row => names.SelectMany(name => Numbers(features[name], row.GetProperty(name)))).ToList();
        long[] shape = [.. leading, numbers.Count / rows.Count];
        return input.GetProperty("kind").GetString() == "int64"
            ? OrtValue.CreateTensorValueFromMemory(numbers.Select(number => (long)number).ToArray(), shape)
            : OrtValue.CreateTensorValueFromMemory(numbers.Select(number => (float)number).ToArray(), shape);
    }

    /// <summary>What a feature takes of the last axis of its input.</summary>
    private IEnumerable<double> Numbers(JsonElement feature, JsonElement value)
    {
        switch (feature.GetProperty("kind").GetString())
        {
            case "categorical":
                return [Index(feature, value)];
            case "multiValued":
                var most = feature.GetProperty("maxValues").GetInt32();
                var kept = value.EnumerateArray().Select(one => Index(feature, one)).Where(index => index != 0).Distinct().Take(most).ToList();
                return [.. kept, .. Enumerable.Repeat(0, most - kept.Count)];
            case "vector":
                return value.EnumerateArray().Select(number => number.GetDouble());
            default:
                return [value.GetDouble()]; // raw: normalisation is inside the graphs
        }
    }

    /// <summary>0 is 'unknown'; vocabularies count from 1; hashing is FNV-1a, 64 bits, over UTF-8.</summary>
    private long Index(JsonElement feature, JsonElement value)
    {
        var text = value.ToString();
        if (text.Length == 0)
        {
            return 0;
        }

        if (vocabularies.TryGetValue(feature.GetProperty("name").GetString()!, out var vocabulary))
        {
            return vocabulary.GetValueOrDefault(text);
        }

        var digest = Encoding.UTF8.GetBytes(text).Aggregate(14695981039346656037UL, (hash, octet) => unchecked((hash ^ octet) * 1099511628211));
        return 1 + (long)(digest % feature.GetProperty("hashBuckets").GetUInt64());
    }
}
