using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>Events as rows, by the vocabularies of a schema. Immutable, hence thread-safe.</summary>
public sealed class RowEncoder
{
    private readonly IReadOnlyList<(string Name, Func<IReadOnlyList<FeatureValue?>, FeatureColumn> Encode)> features;

    private RowEncoder(IReadOnlyList<(string Name, Func<IReadOnlyList<FeatureValue?>, FeatureColumn> Encode)> features) => this.features = features;

    /// <summary>An encoder for some features of <paramref name="schema"/>.</summary>
    /// <exception cref="Models.InvalidInputException">The schema lacks a feature.</exception>
    public static RowEncoder For(DatasetSchema schema, IReadOnlyCollection<string> features) =>
        new([.. features.Distinct().Select(name => (name, Column(schema.Feature(name))))]);

    /// <summary>Encodes events.</summary>
    /// <param name="keys">The task key of each.</param>
    /// <param name="events">In the order wanted.</param>
    /// <returns>One row for each, numbered from 0, weights included.</returns>
    public RowGroup Encode(IReadOnlyList<string> keys, IReadOnlyList<InteractionEvent> events) => new()
    {
        Keys = [.. keys],
        Timestamps = [.. events.Select(sample => sample.EventTime)],
        Labels = [.. events.Select(sample => sample.Label)],
        Weights = [.. events.Select(sample => sample.Weight)],
        Rows = [.. events.Select((_, row) => (long)row)],
        Columns = features.ToDictionary(
            feature => feature.Name,
            feature => feature.Encode([.. events.Select(sample => sample.Features.GetValueOrDefault(feature.Name))])),
    };

    private static Func<IReadOnlyList<FeatureValue?>, FeatureColumn> Column(Feature feature)
    {
        switch (feature)
        {
            case DenseFeature dense:
                var usual = Usual(dense);
                return values => new DenseColumn([.. values.Select(value => value is FeatureValue.Number number ? number.Value : usual)]);
            case CategoricalFeature categorical:
                var encoding = FeatureEncoding.For(categorical);
                return values => new CategoricalColumn([.. values.Select(value => Index(value, encoding, categorical.HashBuckets))]);
            case MultiValuedFeature multiValued:
                var sets = FeatureEncoding.For(multiValued);
                return values => Lists(values, sets, multiValued);
            case VectorFeature vector:
                return values => Vectors(values, vector.Length);
            default:
                throw new NotSupportedException($"no column for a {feature.GetType().Name}");
        }
    }

    private static float Usual(DenseFeature feature) => feature.Transform switch
    {
        DenseTransform.Standardise => feature.Mean,
        DenseTransform.Log1p => MathF.Max(0, MathF.Exp(feature.Mean) - 1),
        _ => 0,
    };

    private static int Index(FeatureValue? value, FeatureEncoding encoding, int? buckets) => value switch
    {
        FeatureValue.Category { Value: { } word } => encoding.Index(word),
        FeatureValue.CategoryIndex index when index.Index <= buckets => index.Index,
        _ => 0,
    };

    private static MultiValuedColumn Lists(IReadOnlyList<FeatureValue?> values, FeatureEncoding encoding, MultiValuedFeature feature)
    {
        var offsets = new int[values.Count + 1];
        var indices = new List<int>();
        for (var row = 0; row < values.Count; row++)
        {
            if (values[row] is FeatureValue.Categories words)
            {
                encoding.AppendIndices(words.Values, indices);
            }
            else if (values[row] is FeatureValue.CategoryIndices numbers)
            {
                indices.AddRange(numbers.Indices.Where(index => index <= feature.HashBuckets).Distinct().Take(feature.MaxValues));
            }

            offsets[row + 1] = indices.Count;
        }

        return new MultiValuedColumn(offsets, [.. indices]);
    }

    private static VectorColumn Vectors(IReadOnlyList<FeatureValue?> values, int length)
    {
        var numbers = new float[values.Count * length];
        for (var row = 0; row < values.Count; row++)
        {
            if (values[row] is FeatureValue.Vector vector && vector.Values.Length == length)
            {
                vector.Values.Span.CopyTo(numbers.AsSpan(row * length));
            }
        }

        return new VectorColumn(numbers, length);
    }
}
