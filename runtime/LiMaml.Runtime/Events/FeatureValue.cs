namespace LiMaml.Runtime.Events;

/// <summary>A feature's raw value: as producers know it, before any vocabulary.</summary>
public abstract record FeatureValue
{
    private FeatureValue()
    {
    }

    /// <summary>The value of a dense feature.</summary>
    /// <param name="Value">Finite; 0 or more where the transform is log1p.</param>
    public sealed record Number(float Value) : FeatureValue;

    /// <summary>The value of a categorical feature.</summary>
    /// <param name="Value">Null or empty for 'unknown'.</param>
    public sealed record Category(string? Value) : FeatureValue;

    /// <summary>
    /// The value of a categorical feature that is hashed, as its bucket: what remains of it in a prepared dataset. Read
    /// with another number of buckets it is 'unknown' where it is beyond them.
    /// </summary>
    /// <param name="Index">From 1 to the number of buckets.</param>
    public sealed record CategoryIndex(int Index) : FeatureValue;

    /// <summary>The values of a multi-valued feature.</summary>
    /// <param name="Values">In the order that encoding keeps; none null or empty.</param>
    public sealed record Categories(IReadOnlyList<string> Values) : FeatureValue
    {
        /// <summary>Equal values in equal order.</summary>
        public bool Equals(Categories? other) => other is not null && Values.SequenceEqual(other.Values, StringComparer.Ordinal);

        /// <inheritdoc/>
        public override int GetHashCode() => Values.Aggregate(Values.Count, HashCode.Combine);
    }

    /// <summary>The values of a multi-valued feature that is hashed, as their buckets; see <see cref="CategoryIndex"/>.</summary>
    /// <param name="Indices">From 1 to the number of buckets.</param>
    public sealed record CategoryIndices(IReadOnlyList<int> Indices) : FeatureValue
    {
        /// <summary>Equal indices in equal order.</summary>
        public bool Equals(CategoryIndices? other) => other is not null && Indices.SequenceEqual(other.Indices);

        /// <inheritdoc/>
        public override int GetHashCode() => Indices.Aggregate(Indices.Count, HashCode.Combine);
    }

    /// <summary>The value of a vector feature.</summary>
    /// <param name="Values">As many finite numbers as the schema says.</param>
    public sealed record Vector(ReadOnlyMemory<float> Values) : FeatureValue
    {
        /// <summary>Equal numbers in equal order.</summary>
        public bool Equals(Vector? other) => other is not null && Values.Span.SequenceEqual(other.Values.Span);

        /// <inheritdoc/>
        public override int GetHashCode() => Values.IsEmpty ? 0 : HashCode.Combine(Values.Length, Values.Span[0], Values.Span[^1]);
    }
}
