using LiMaml.Models.Specs;

namespace LiMaml.Models.Network.Entries;

/// <summary>The bilinear form: e · r + e · c is added to the logit, r the item side.</summary>
internal sealed class BilinearEntry<T>(string task, FeatureSum<T> item, ITensorAlgebra<T> algebra) : EmbeddingEntry<T>(task, item)
    where T : class
{
    public override T Forward(LayerSet<T> weights, T embedding, Met<T> met) =>
        algebra.Add(algebra.Sum(algebra.Multiply(embedding, met.Value), -1), weights[ItemSide.Offset(Task)].Forward(embedding));

    public override T Backward(LayerSet<T> weights, Met<T> met, T delta) =>
        algebra.Add(algebra.Multiply(met.Value, delta), weights[ItemSide.Offset(Task)].Backward(delta));

    public override T BackwardToMet(LayerSet<T> weights, T embedding, T delta) => algebra.Multiply(embedding, delta);

    public override void AddErrors(LayerSet<T> weights, T embedding, Met<T> met, T delta, ICollection<LayerError<T>> errors) =>
        errors.Add(new LayerError<T>(ItemSide.Offset(Task), embedding, delta));
}

/// <summary>The parameters of a <see cref="BilinearEntry{T}"/>.</summary>
internal static class Bilinear
{
    public static void Declare(List<ParameterDeclaration> parameters, MetaBlockSpec block, FeatureLayout items)
    {
        FeatureSum.Declare(parameters, ItemSide.Prefix(block.Task), items, block.EmbeddingSize);
        ItemSide.DeclareOffset(parameters, block);
    }
}
