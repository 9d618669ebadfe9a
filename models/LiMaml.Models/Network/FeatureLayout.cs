using LiMaml.Models.Schemas;

namespace LiMaml.Models.Network;

/// <summary>Element types of a block's input tensors.</summary>
public enum ElementKind
{
    /// <summary>IEEE 754 single precision.</summary>
    Float32,

    /// <summary>64-bit signed integer.</summary>
    Int64,
}

/// <summary>One input tensor of a block: [..., <see cref="Width"/>].</summary>
/// <param name="Name"><c>dense</c>, <c>categorical</c>, or the feature's own name for multi-valued and vector features.</param>
/// <param name="Kind">Element type.</param>
/// <param name="Features">Features in it: one a column for <c>dense</c> and <c>categorical</c>, a single one otherwise.</param>
/// <param name="Width">Size of the last axis.</param>
public sealed record BlockInput(string Name, ElementKind Kind, IReadOnlyList<string> Features, int Width);

/// <summary>
/// How the features of a block are laid out in tensors: the one description shared by training, the exported graphs and
/// whoever feeds them. Dense features are ordered: untransformed and standardised, then log1p, then bucketised.
/// </summary>
public sealed class FeatureLayout
{
    /// <summary>The input holding all dense features.</summary>
    public const string DenseInput = "dense";

    /// <summary>The input holding all categorical features.</summary>
    public const string CategoricalInput = "categorical";

    /// <summary>Lays out <paramref name="features"/>; their order is kept within each kind.</summary>
    public FeatureLayout(IEnumerable<Feature> features)
    {
        var all = features.ToList();
        Dense = [.. all.OfType<DenseFeature>().OrderBy(feature => TransformRank(feature.Transform))];
        Categorical = [.. all.OfType<CategoricalFeature>()];
        MultiValued = [.. all.OfType<MultiValuedFeature>()];
        Vectors = [.. all.OfType<VectorFeature>()];
        Inputs = [.. DescribeInputs()];
    }

    /// <summary>Columns of the input <c>dense</c>, in order.</summary>
    public IReadOnlyList<DenseFeature> Dense { get; }

    /// <summary>Columns of the input <c>categorical</c>, in order.</summary>
    public IReadOnlyList<CategoricalFeature> Categorical { get; }

    /// <summary>Each its own input, int64, padded with 0.</summary>
    public IReadOnlyList<MultiValuedFeature> MultiValued { get; }

    /// <summary>Each its own input, float32.</summary>
    public IReadOnlyList<VectorFeature> Vectors { get; }

    /// <summary>All input tensors, none of width 0.</summary>
    public IReadOnlyList<BlockInput> Inputs { get; }

    /// <summary>Numbers a row encodes to, with learned vectors of <paramref name="embeddingSize"/> for each categorical and multi-valued feature.</summary>
    internal int EncodedWidth(int embeddingSize) =>
        Dense.Sum(feature => feature.Transform is DenseTransform.Bucketise ? feature.Boundaries?.Count ?? 0 : 1)
        + (embeddingSize * (Categorical.Count + MultiValued.Count))
        + Vectors.Sum(feature => feature.Length);

    private static int TransformRank(DenseTransform transform) => transform switch
    {
        DenseTransform.None or DenseTransform.Standardise => 0,
        DenseTransform.Log1p => 1,
        _ => 2,
    };

    private IEnumerable<BlockInput> DescribeInputs()
    {
        if (Dense.Count > 0)
        {
            yield return new BlockInput(DenseInput, ElementKind.Float32, [.. Dense.Select(feature => feature.Name)], Dense.Count);
        }

        if (Categorical.Count > 0)
        {
            yield return new BlockInput(CategoricalInput, ElementKind.Int64, [.. Categorical.Select(feature => feature.Name)], Categorical.Count);
        }

        foreach (var feature in MultiValued)
        {
            yield return new BlockInput(feature.Name, ElementKind.Int64, [feature.Name], feature.MaxValues);
        }

        foreach (var feature in Vectors)
        {
            yield return new BlockInput(feature.Name, ElementKind.Float32, [feature.Name], feature.Length);
        }
    }
}
