using LiMaml.Models.Specs;

namespace LiMaml.Models.Network.Entries;

/// <summary>The embedding beside the encoded features (the paper's form): e·W is added to the first layer's outputs.</summary>
internal sealed class ConcatenatedEntry<T>(string task) : EmbeddingEntry<T>(task, null)
    where T : class
{
    public override T Forward(LayerSet<T> weights, T embedding, Met<T> met) => weights[Concatenated.Layer(Task)].Forward(embedding);

    public override T Backward(LayerSet<T> weights, Met<T> met, T delta) => weights[Concatenated.Layer(Task)].Backward(delta);

    public override T? BackwardToMet(LayerSet<T> weights, T embedding, T delta) => null;

    public override void AddErrors(LayerSet<T> weights, T embedding, Met<T> met, T delta, ICollection<LayerError<T>> errors) =>
        errors.Add(new LayerError<T>(Concatenated.Layer(Task), embedding, delta));
}

/// <summary>The parameters of a <see cref="ConcatenatedEntry{T}"/>.</summary>
internal static class Concatenated
{
    public static string Layer(string task) => $"{Parameters.GlobalPrefix}.embedding.{task}";

    /// <summary>Declares the embedding's part of a first layer that reads <paramref name="inputs"/> numbers in all.</summary>
    public static void Declare(List<ParameterDeclaration> parameters, GlobalBlockSpec spec, MetaBlockSpec block, int inputs) => parameters.Add(new(
        $"{Layer(block.Task)}.weight",
        [block.EmbeddingSize, Parameters.Stack(spec)[0].Size],
        ParameterKind.Weight,
        Parameters.Deviation(inputs, spec.Layers.Count == 0)));
}
