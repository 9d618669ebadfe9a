using LiMaml.Models.Schemas;

namespace LiMaml.Models.Network;

/// <summary>
/// Turns a block's raw features into the vector its first layer reads: normalised dense features, then the learned vectors
/// of categorical features, then the mean of the learned vectors of each multi-valued feature, then vector features.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal sealed class FeatureEncoder<T>
    where T : class
{
    private readonly ITensorAlgebra<T> algebra;
    private readonly FeatureLayout layout;
    private readonly FeatureLayout host;
    private readonly Func<string, T> table;
    private readonly List<DenseFeature> linear;
    private readonly List<DenseFeature> logarithmic;
    private readonly List<DenseFeature> bucketised;
    private readonly (T Mean, T InverseDeviation)? linearNormalisation;
    private readonly (T Mean, T InverseDeviation)? logNormalisation;
    private readonly List<T> boundaries;

    /// <param name="algebra">Runs or records the operations.</param>
    /// <param name="layout">The features to encode.</param>
    /// <param name="host">The layout of the inputs they are found in; contains them all.</param>
    /// <param name="table">The table of a categorical or multi-valued feature [size, width].</param>
    public FeatureEncoder(ITensorAlgebra<T> algebra, FeatureLayout layout, FeatureLayout host, Func<string, T> table)
    {
        this.algebra = algebra;
        this.layout = layout;
        this.host = host;
        this.table = table;
        linear = [.. layout.Dense.Where(feature => feature.Transform is DenseTransform.None or DenseTransform.Standardise)];
        logarithmic = [.. layout.Dense.Where(feature => feature.Transform is DenseTransform.Log1p)];
        bucketised = [.. layout.Dense.Where(feature => feature.Transform is DenseTransform.Bucketise)];
        linearNormalisation = Normalisation(linear);
        logNormalisation = Normalisation(logarithmic);
        boundaries = [.. bucketised.Select(feature => algebra.Constant([.. feature.Boundaries ?? []], feature.Boundaries?.Count ?? 0))];
    }


    /// <summary>Dense and vector features, normalised: [..., width] each, in order.</summary>
    public IEnumerable<T> Numbers(IReadOnlyDictionary<string, T> inputs)
    {
        if (linearNormalisation is { } normalisation)
        {
            yield return Normalise(Columns(inputs, linear), normalisation);
        }

        if (logNormalisation is { } afterLog)
        {
            yield return Normalise(algebra.Log1p(Columns(inputs, logarithmic)), afterLog);
        }

        for (var index = 0; index < bucketised.Count; index++)
        {
            yield return algebra.AtLeast(Columns(inputs, [bucketised[index]]), boundaries[index]);
        }

        foreach (var feature in layout.Vectors)
        {
            yield return inputs[feature.Name];
        }
    }

    /// <summary>The learned vectors of each categorical, then each multi-valued feature: [..., embedding] each.</summary>
    public IEnumerable<T> LearnedVectors(IReadOnlyDictionary<string, T> inputs)
    {
        foreach (var feature in layout.Categorical)
        {
            var categories = inputs[FeatureLayout.CategoricalInput];
            var column = Position(host.Categorical, feature.Name);
            var indices = algebra.Squeeze(host.Categorical.Count == 1 ? categories : algebra.Slice(categories, column, column + 1));
            yield return algebra.Gather(table(feature.Name), indices);
        }

        foreach (var feature in layout.MultiValued)
        {
            yield return Mean(table(feature.Name), inputs[feature.Name]);
        }
    }

    private T Mean(T vectors, T indices)
    {
        var present = algebra.IsPresent(indices); // [..., values]
        var count = algebra.Sum(present, -1); // [..., 1]
        var divisor = algebra.Add(count, algebra.Subtract(algebra.One, algebra.Positive(count))); // at least 1
        var values = algebra.Multiply(algebra.Gather(vectors, indices), algebra.Unsqueeze(present, -1)); // [..., values, embedding]
        return algebra.Divide(algebra.Sum(values, -2, keepAxis: false), divisor);
    }

    /// <summary>The columns of <paramref name="features"/> in the dense input, neighbours taken together.</summary>
    private T Columns(IReadOnlyDictionary<string, T> inputs, IReadOnlyList<DenseFeature> features)
    {
        var dense = inputs[FeatureLayout.DenseInput];
        var parts = new List<T>();
        for (var index = 0; index < features.Count;)
        {
            var start = Position(host.Dense, features[index].Name);
            var end = start;
            while (index < features.Count && Position(host.Dense, features[index].Name) == end)
            {
                index++;
                end++;
            }

            parts.Add(start == 0 && end == host.Dense.Count ? dense : algebra.Slice(dense, start, end));
        }

        return parts.Count == 1 ? parts[0] : algebra.Concatenate(parts);
    }

    private static int Position(IEnumerable<Feature> features, string name) => features.TakeWhile(feature => feature.Name != name).Count();

    private T Normalise(T values, (T Mean, T InverseDeviation) normalisation) =>
        algebra.Multiply(algebra.Subtract(values, normalisation.Mean), normalisation.InverseDeviation);

    private (T Mean, T InverseDeviation)? Normalisation(List<DenseFeature> features) =>
        features.Count == 0
            ? null
            : (algebra.Constant([.. features.Select(feature => feature.Mean)], features.Count),
               algebra.Constant([.. features.Select(feature => 1f / feature.StandardDeviation)], features.Count));
}
