using LiMaml.Models.Specs;

namespace LiMaml.Models.Network.Entries;

/// <summary>
/// The bilinear form of low rank: (e·U) · r + e · c is added to the logit. The item side r of as many numbers as the rank is linear in
/// the item's features, so its tables and projection are the other factor V.
/// </summary>
internal sealed class LowRankEntry<T>(string task, FeatureSum<T> item, ITensorAlgebra<T> algebra) : EmbeddingEntry<T>(task, item)
    where T : class
{
    public override T Forward(LayerSet<T> weights, T embedding, Met<T> met)
    {
        var factors = weights[LowRank.Factors(Task)].Forward(embedding); // [..., rank]
        return algebra.Add(algebra.Sum(algebra.Multiply(factors, met.Value), -1), weights[ItemSide.Offset(Task)].Forward(embedding));
    }

    public override T Backward(LayerSet<T> weights, Met<T> met, T delta) => algebra.Add(
        weights[LowRank.Factors(Task)].Backward(algebra.Multiply(met.Value, delta)),
        weights[ItemSide.Offset(Task)].Backward(delta));

    public override T BackwardToMet(LayerSet<T> weights, T embedding, T delta) =>
        algebra.Multiply(weights[LowRank.Factors(Task)].Forward(embedding), delta);

    public override void AddErrors(LayerSet<T> weights, T embedding, Met<T> met, T delta, ICollection<LayerError<T>> errors)
    {
        errors.Add(new LayerError<T>(LowRank.Factors(Task), embedding, algebra.Multiply(met.Value, delta)));
        errors.Add(new LayerError<T>(ItemSide.Offset(Task), embedding, delta));
    }
}

/// <summary>The parameters of a <see cref="LowRankEntry{T}"/>.</summary>
internal static class LowRank
{
    public static string Factors(string task) => $"{ItemSide.Prefix(task)}.factors";

    public static void Declare(List<ParameterDeclaration> parameters, MetaBlockSpec block, FeatureLayout items, int rank)
    {
        FeatureSum.Declare(parameters, ItemSide.Prefix(block.Task), items, rank);
        parameters.Add(new($"{Factors(block.Task)}.weight", [block.EmbeddingSize, rank], ParameterKind.Weight, Parameters.Deviation(block.EmbeddingSize, true)));
        ItemSide.DeclareOffset(parameters, block);
    }
}
