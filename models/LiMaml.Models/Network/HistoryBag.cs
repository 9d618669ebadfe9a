namespace LiMaml.Models.Network;

/// <summary>
/// What a task has to do with, whatever came of it: Σ w v ÷ √(Σ w + 5) over its support, v the sum of the learned vectors of
/// a sample's categories, such as the item's. Labels are not used: the inner loop uses those.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="encoder">Of the features in the bag, in the <c>global</c> block's inputs.</param>
internal sealed class HistoryBag<T>(ITensorAlgebra<T> algebra, FeatureEncoder<T> encoder)
    where T : class
{
    private const double Prior = 5;

    /// <summary>The bags [tasks, 1, embedding]; zero for a task without support.</summary>
    /// <param name="inputs">The <c>global</c> inputs [tasks, support, width].</param>
    /// <param name="weights">Of the samples [tasks, support, 1].</param>
    public T Sum(IReadOnlyDictionary<string, T> inputs, T weights)
    {
        var vectors = encoder.LearnedVectors(inputs).Aggregate(algebra.Add); // [tasks, support, embedding]
        var count = algebra.Add(algebra.Sum(weights, 1), algebra.Scale(algebra.One, Prior)); // [tasks, 1, 1]
        return algebra.Divide(algebra.Sum(algebra.Multiply(vectors, weights), 1), algebra.Sqrt(count));
    }
}
