using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Handoff;

/// <summary>Draws feature values within what a schema says of its training rows.</summary>
/// <param name="schema">The features.</param>
/// <param name="random">The only source of chance.</param>
internal sealed class PlausibleFeatures(DatasetSchema schema, Random random)
{
    private const double Deviations = 2;

    /// <summary>Values of the features that <paramref name="input"/> holds; <paramref name="shape"/> ends in its width.</summary>
    public Tensor Draw(GraphInput input, long[] shape)
    {
        var width = (int)shape[^1];
        var rows = (int)shape[..^1].Aggregate(1L, (product, axis) => product * axis);
        if (input.Kind is ElementKind.Float32)
        {
            return AlignedTensor.Of([.. Enumerable.Range(0, rows * width).Select(position => Number(Feature(input, position % width)))], shape);
        }

        return tensor([.. Enumerable.Range(0, rows).SelectMany(row => Indices(input, row))], shape);
    }

    private Feature Feature(GraphInput input, int column) => schema.Feature(input.Features[input.Features.Count == 1 ? 0 : column]);

    private float Number(Feature feature) => feature is not DenseFeature dense ? (float)Uniform(-1, 1) : dense.Transform switch
    {
        DenseTransform.Bucketise => NearBoundary(dense.Boundaries!),
        DenseTransform.Log1p => (float)Math.Exp(Math.Max(0, Spread(dense))) - 1,
        _ => (float)Spread(dense),
    };

    private double Spread(DenseFeature feature) => feature.Mean + (feature.StandardDeviation * Uniform(-Deviations, Deviations));

    /// <summary>A boundary itself as often as a value on either side of it.</summary>
    private float NearBoundary(IReadOnlyList<float> boundaries)
    {
        var index = random.Next(boundaries.Count);
        var gap = index + 1 < boundaries.Count ? boundaries[index + 1] - boundaries[index] : Math.Max(1, Math.Abs(boundaries[index]));
        return boundaries[index] + ((random.Next(3) - 1) * gap / 2);
    }

    private IEnumerable<long> Indices(GraphInput input, int row) =>
        schema.Feature(input.Features[0]) is MultiValuedFeature multiValued
            ? Values(multiValued)
            : [.. input.Features.Select(name => Index((CategoricalFeature)schema.Feature(name), row))];

    /// <summary>'Unknown' first, then the last category, then any.</summary>
    private long Index(CategoricalFeature feature, int row) => row switch
    {
        0 => 0,
        1 => feature.Size - 1,
        _ => random.NextInt64(feature.Size),
    };

    /// <summary>Any number of values, the rest padding.</summary>
    private long[] Values(MultiValuedFeature feature)
    {
        var count = feature.Size > 1 ? random.Next(feature.MaxValues + 1) : 0;
        return [.. Enumerable.Range(0, feature.MaxValues).Select(position => position < count ? random.NextInt64(1, feature.Size) : 0)];
    }

    private double Uniform(double from, double to) => from + ((to - from) * random.NextDouble());
}
