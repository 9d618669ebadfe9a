using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace LiMaml.Runtime.Events;

/// <summary>The values of a layout's key columns, in their order: a small dictionary that needs no hashing.</summary>
/// <param name="layout">Whose key columns.</param>
/// <param name="values">One for each, or null; kept, not copied.</param>
internal sealed class KeyValues(EventLayout layout, string?[] values) : IReadOnlyDictionary<string, string>
{
    public EventLayout Layout => layout;

    /// <summary>By place.</summary>
    public string?[] Places => values;

    public int Count => values.Count(value => value is not null);

    public IEnumerable<string> Keys => this.Select(pair => pair.Key);

    public IEnumerable<string> Values => values.OfType<string>();

    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no value of key column '{key}'");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        var place = Array.IndexOf(layout.KeyColumns, key);
        value = place < 0 ? null : values[place];
        return value is not null;
    }

    /// <summary>These values, and those of <paramref name="other"/> where this has none; of one layout.</summary>
    public KeyValues With(KeyValues other) => new(layout, [.. values.Select((value, place) => value ?? other.Places[place])]);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (var place = 0; place < values.Length; place++)
        {
            if (values[place] is { } value)
            {
                yield return KeyValuePair.Create(layout.KeyColumns[place], value);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
