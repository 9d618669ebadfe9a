using LiMaml.Models.Specs;

namespace LiMaml.Models.Network.Entries;

/// <summary>
/// Feature-wise linear modulation (FiLM; Perez et al., 2018): z, the first layer's outputs for the features, becomes (1 + γ(e)) ⊙ z + β(e),
/// so γ(e) ⊙ z + β(e) is added; γ and β are linear.
/// </summary>
internal sealed class FilmEntry<T>(string task, ITensorAlgebra<T> algebra) : EmbeddingEntry<T>(task, null)
    where T : class
{
    public override T Forward(LayerSet<T> weights, T embedding, Met<T> met) =>
        algebra.Add(algebra.Multiply(weights[Film.Scale(Task)].Forward(embedding), met.Value), weights[Film.Shift(Task)].Forward(embedding));

    public override T Backward(LayerSet<T> weights, Met<T> met, T delta) =>
        algebra.Add(weights[Film.Scale(Task)].Backward(algebra.Multiply(delta, met.Value)), weights[Film.Shift(Task)].Backward(delta));

    public override T BackwardToMet(LayerSet<T> weights, T embedding, T delta) =>
        algebra.Multiply(delta, weights[Film.Scale(Task)].Forward(embedding));

    public override void AddErrors(LayerSet<T> weights, T embedding, Met<T> met, T delta, ICollection<LayerError<T>> errors)
    {
        errors.Add(new LayerError<T>(Film.Scale(Task), embedding, algebra.Multiply(delta, met.Value)));
        errors.Add(new LayerError<T>(Film.Shift(Task), embedding, delta));
    }
}

/// <summary>The parameters of a <see cref="FilmEntry{T}"/>.</summary>
internal static class Film
{
    private const double InitialScale = 0.1; // γ and β start near 0: the block as it would be without

    public static string Scale(string task) => $"{Parameters.GlobalPrefix}.film.{task}.scale";

    public static string Shift(string task) => $"{Parameters.GlobalPrefix}.film.{task}.shift";

    public static void Declare(List<ParameterDeclaration> parameters, GlobalBlockSpec spec, MetaBlockSpec block)
    {
        foreach (var layer in new[] { Scale(block.Task), Shift(block.Task) })
        {
            parameters.Add(new($"{layer}.weight", [block.EmbeddingSize, spec.Layers[0].Size], ParameterKind.Weight, InitialScale * Parameters.Deviation(block.EmbeddingSize, true)));
        }
    }
}
