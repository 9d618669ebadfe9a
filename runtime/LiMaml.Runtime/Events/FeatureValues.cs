using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace LiMaml.Runtime.Events;

/// <summary>The values of a layout's features, in their order; those without a value are not in the dictionary.</summary>
/// <param name="layout">Whose features.</param>
/// <param name="values">One for each, or null; kept, not copied.</param>
internal sealed class FeatureValues(EventLayout layout, FeatureValue?[] values) : IReadOnlyDictionary<string, FeatureValue>
{
    public EventLayout Layout => layout;

    /// <summary>By place.</summary>
    public FeatureValue?[] Places => values;

    public int Count => values.Count(value => value is not null);

    public IEnumerable<string> Keys => this.Select(pair => pair.Key);

    public IEnumerable<FeatureValue> Values => values.OfType<FeatureValue>();

    public FeatureValue this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no value of feature '{key}'");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out FeatureValue value)
    {
        var place = layout.PlaceOf(key);
        value = place < 0 ? null : values[place];
        return value is not null;
    }

    public IEnumerator<KeyValuePair<string, FeatureValue>> GetEnumerator()
    {
        for (var place = 0; place < values.Length; place++)
        {
            if (values[place] is { } value)
            {
                yield return KeyValuePair.Create(layout.Features[place].Name, value);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
