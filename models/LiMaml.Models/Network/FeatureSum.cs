namespace LiMaml.Models.Network;

/// <summary>The features of a sum, before anything that steps.</summary>
/// <param name="Numbers">Dense and vector features [..., numbers], or null.</param>
/// <param name="Vectors">Sum of the categories' learned vectors [..., width], or null.</param>
internal sealed record FeatureSumRows<T>(T? Numbers, T? Vectors)
    where T : class;

/// <summary>
/// Features as one vector: the sum of their categories' learned vectors (of several values their mean) and a projection of
/// their numbers.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="prefix">Of its parameters' names.</param>
/// <param name="layout">The features, at least one.</param>
/// <param name="host">The layout of the inputs they are found in; contains them all.</param>
/// <param name="parameter">The tensor of a declared parameter.</param>
internal sealed class FeatureSum<T>(ITensorAlgebra<T> algebra, string prefix, FeatureLayout layout, FeatureLayout host, Func<string, T> parameter)
    where T : class
{
    private readonly FeatureEncoder<T> encoder = new(algebra, layout, host, feature => parameter($"{prefix}.encoder.{feature}"));

    /// <summary>Looks rows up; the learned vectors are added to <paramref name="lookups"/>, where given.</summary>
    public FeatureSumRows<T> Encode(IReadOnlyDictionary<string, T> inputs, ICollection<T>? lookups)
    {
        var numbers = encoder.Numbers(inputs).ToList();
        T? sum = null;
        foreach (var vector in encoder.LearnedVectors(inputs))
        {
            lookups?.Add(vector);
            sum = sum is null ? vector : algebra.Add(sum, vector);
        }

        return new FeatureSumRows<T>(numbers.Count == 0 ? null : algebra.Concatenate(numbers), sum);
    }

    /// <summary>The same rows, without gradients to the learned vectors.</summary>
    public FeatureSumRows<T> Frozen(FeatureSumRows<T> rows) => new(
        rows.Numbers is null ? null : algebra.StopGradient(rows.Numbers),
        rows.Vectors is null ? null : algebra.StopGradient(rows.Vectors));

    /// <summary>The sum [..., width].</summary>
    public T Forward(LayerSet<T> weights, FeatureSumRows<T> rows)
    {
        var projection = rows.Numbers is null ? null : weights[FeatureSum.ProjectionLayer(prefix)].Forward(rows.Numbers);
        return projection is null ? rows.Vectors! : rows.Vectors is null ? projection : algebra.Add(projection, rows.Vectors);
    }

    /// <summary>Adds what a step of the projection needs, from the loss gradient at the sum [..., width].</summary>
    public void AddErrors(FeatureSumRows<T> rows, T delta, ICollection<LayerError<T>> errors)
    {
        if (rows.Numbers is not null)
        {
            errors.Add(new LayerError<T>(FeatureSum.ProjectionLayer(prefix), rows.Numbers, delta));
        }
    }
}

/// <summary>The parameters of a <see cref="FeatureSum{T}"/>.</summary>
internal static class FeatureSum
{
    public static string ProjectionLayer(string prefix) => $"{prefix}.projection";

    /// <param name="parameters">Where they are added.</param>
    /// <param name="prefix">Of their names.</param>
    /// <param name="layout">The features.</param>
    /// <param name="width">Of the sum.</param>
    /// <param name="scale">Of the initial values; 0 starts at 0.</param>
    public static void Declare(List<ParameterDeclaration> parameters, string prefix, FeatureLayout layout, int width, double scale = 1)
    {
        Parameters.DeclareEncoder(parameters, prefix, layout, width, scale);
        var numbers = layout.EncodedWidth(0);
        if (numbers > 0)
        {
            parameters.Add(new($"{ProjectionLayer(prefix)}.weight", [numbers, width], ParameterKind.Weight, scale * Parameters.Deviation(numbers * width, true)));
        }
    }
}
