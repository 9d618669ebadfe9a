using LiMaml.Models.Schemas;

namespace LiMaml.Models.Network;

/// <summary>The width of encoded rows.</summary>
internal static class FeatureEncoding
{
    /// <summary>Numbers a row of <paramref name="layout"/> encodes to with learned vectors of <paramref name="embeddingSize"/>.</summary>
    public static int Width(FeatureLayout layout, int embeddingSize) =>
        layout.Dense.Sum(feature => feature.Transform is DenseTransform.Bucketise ? feature.Boundaries?.Count ?? 0 : 1)
        + (embeddingSize * (layout.Categorical.Count + layout.MultiValued.Count))
        + layout.Vectors.Sum(feature => feature.Length);
}
