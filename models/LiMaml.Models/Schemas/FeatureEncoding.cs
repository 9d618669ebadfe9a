using System.Text;

namespace LiMaml.Models.Schemas;

/// <summary>
/// From raw category values to the indices that datasets store and graphs read, by a feature's vocabulary or by hashing.
/// Safe to use from many threads.
/// </summary>
public sealed class FeatureEncoding
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;
    private readonly Dictionary<string, int>? vocabulary;
    private readonly ulong hashBuckets;
    private readonly int maxValues;

    private FeatureEncoding(IReadOnlyList<string>? vocabulary, int? hashBuckets, int maxValues)
    {
        this.maxValues = maxValues;
        if (hashBuckets is { } buckets)
        {
            this.hashBuckets = (ulong)buckets;
            return;
        }

        this.vocabulary = new Dictionary<string, int>(vocabulary?.Count ?? 0, StringComparer.Ordinal);
        foreach (var value in vocabulary ?? [])
        {
            this.vocabulary.Add(value, this.vocabulary.Count + 1);
        }
    }

    /// <summary>The encoding of a validated categorical feature.</summary>
    public static FeatureEncoding For(CategoricalFeature feature) => new(feature.Vocabulary, feature.HashBuckets, 1);

    /// <summary>The encoding of a validated multi-valued feature.</summary>
    public static FeatureEncoding For(MultiValuedFeature feature) => new(feature.Vocabulary, feature.HashBuckets, feature.MaxValues);

    /// <summary>FNV-1a, 64 bits, over the UTF-8 form of <paramref name="value"/>: the hash of hashed features, the same in every language and on every machine.</summary>
    public static ulong Hash(ReadOnlySpan<char> value)
    {
        Span<byte> buffer = stackalloc byte[256];
        var length = Encoding.UTF8.GetMaxByteCount(value.Length);
        var utf8 = length <= buffer.Length ? buffer : new byte[length];
        utf8 = utf8[..Encoding.UTF8.GetBytes(value, utf8)];
        var hash = FnvOffset;
        foreach (var octet in utf8)
        {
            hash = unchecked((hash ^ octet) * FnvPrime);
        }

        return hash;
    }

    /// <summary>The index of one value: 0 ('unknown') for an empty value and for values outside the vocabulary; 1 + position in the vocabulary, or 1 + <see cref="Hash"/> mod HashBuckets, otherwise.</summary>
    public int Index(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty)
        {
            return 0;
        }

        if (vocabulary is null)
        {
            return 1 + (int)(Hash(value) % hashBuckets);
        }

        return vocabulary.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(value, out var index) ? index : 0;
    }

    /// <summary>Adds the indices of a row's <paramref name="values"/> to <paramref name="indices"/>: in order of appearance, each once, 'unknown' left out, the first MaxValues only.</summary>
    /// <returns>How many were added.</returns>
    public int AppendIndices(IEnumerable<string> values, List<int> indices)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(indices);
        var start = indices.Count;
        foreach (var value in values)
        {
            if (indices.Count - start == maxValues)
            {
                break;
            }

            var index = Index(value);
            if (index != 0 && indices.IndexOf(index, start) < 0)
            {
                indices.Add(index);
            }
        }

        return indices.Count - start;
    }
}
