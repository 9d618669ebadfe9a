using LiMaml.Models.Specs;

namespace LiMaml.Models.Network.Entries;

/// <summary>
/// Matrix factorisation's form: p · q + b + c is added to the logit, with the meta embedding e = (p, b) and the item side r = (q, c).
/// As e · (q, 1) + c it takes one product.
/// </summary>
internal sealed class DotProductEntry<T> : EmbeddingEntry<T>
    where T : class
{
    private readonly ITensorAlgebra<T> algebra;
    private readonly T isFactor; // (1, …, 1, 0)
    private readonly T isBias; // (0, …, 0, 1)

    public DotProductEntry(MetaBlockSpec block, FeatureSum<T> item, ITensorAlgebra<T> algebra)
        : base(block.Task, item)
    {
        this.algebra = algebra;
        var size = block.EmbeddingSize;
        isFactor = algebra.Constant([.. Enumerable.Repeat(1f, size - 1), 0f], size);
        isBias = algebra.Constant([.. Enumerable.Repeat(0f, size - 1), 1f], size);
    }

    public override Met<T> Meet(T value) => new(WithOne(value), algebra.Sum(algebra.Multiply(value, isBias), -1));

    public override T Forward(LayerSet<T> weights, T embedding, Met<T> met) =>
        algebra.Add(algebra.Sum(algebra.Multiply(embedding, met.Value), -1), met.Logit!);

    public override T Backward(LayerSet<T> weights, Met<T> met, T delta) => algebra.Multiply(met.Value, delta);

    public override T BackwardToMet(LayerSet<T> weights, T embedding, T delta) => algebra.Multiply(WithOne(embedding), delta);

    public override void AddErrors(LayerSet<T> weights, T embedding, Met<T> met, T delta, ICollection<LayerError<T>> errors)
    {
        // It has no layers besides the item side's.
    }

    /// <summary>(p, b) → (p, 1).</summary>
    private T WithOne(T vector) => algebra.Add(algebra.Multiply(vector, isFactor), isBias);
}

/// <summary>The parameters of a <see cref="DotProductEntry{T}"/>.</summary>
internal static class DotProduct
{
    public static void Declare(List<ParameterDeclaration> parameters, MetaBlockSpec block, FeatureLayout items) =>
        FeatureSum.Declare(parameters, ItemSide.Prefix(block.Task), items, block.EmbeddingSize);
}
