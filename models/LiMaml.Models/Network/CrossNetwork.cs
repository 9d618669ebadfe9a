using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>A forward pass through a cross network.</summary>
/// <param name="Inputs">x₀ … x_L [..., width].</param>
/// <param name="Outputs">yₗ = Wₗ xₗ + bₗ of each layer [..., width].</param>
/// <param name="Logit">The read-out of x_L [..., 1].</param>
internal sealed record CrossPass<T>(IReadOnlyList<T> Inputs, IReadOnlyList<T> Outputs, T Logit)
    where T : class;

/// <summary>
/// The cross network of DCN-v2 (Wang et al., 2021) beside the hidden layers: xₗ₊₁ = x₀ ⊙ (Wₗ xₗ + bₗ) + xₗ, with x₀ the encoded
/// features and, where they are concatenated, the meta embeddings; a linear read-out of x_L. Its gradient beside it.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="spec">The model.</param>
/// <param name="featureWidth">Numbers of the encoded features.</param>
internal sealed class CrossNetwork<T>(ITensorAlgebra<T> algebra, ModelSpec spec, int featureWidth)
    where T : class
{
    private readonly IReadOnlyList<MetaBlockSpec> embedded = CrossNetwork.Embedded(spec);

    /// <summary>Whether meta embeddings are part of x₀; the pass does not depend on them otherwise.</summary>
    public bool ReadsEmbeddings => embedded.Count > 0;

    /// <summary>Crosses encoded features [..., features] and, where they are read, the meta embeddings by task definition [..., embedding].</summary>
    public CrossPass<T> Forward(LayerSet<T> weights, T encoded, IReadOnlyDictionary<string, T> embeddings)
    {
        var inputs = new List<T> { Join(encoded, embeddings) };
        var outputs = new List<T>();
        for (var layer = 0; layer < spec.Global.CrossLayers; layer++)
        {
            outputs.Add(weights[CrossNetwork.Layer(layer)].Forward(inputs[^1]));
            inputs.Add(algebra.Add(algebra.Multiply(inputs[0], outputs[^1]), inputs[^1]));
        }

        return new CrossPass<T>(inputs, outputs, weights[CrossNetwork.ReadOut].Forward(inputs[^1]));
    }

    /// <summary>
    /// The loss gradient at the meta embedding of <paramref name="task"/> from that at the logit [..., 1]; null where it is not read. Where
    /// <paramref name="errors"/> is given, what the layers need for a step is added to it.
    /// </summary>
    public T? Backward(LayerSet<T> weights, CrossPass<T> pass, T delta, string task, ICollection<LayerError<T>>? errors)
    {
        errors?.Add(new LayerError<T>(CrossNetwork.ReadOut, pass.Inputs[^1], delta));
        var gradient = weights[CrossNetwork.ReadOut].Backward(delta); // at xₗ₊₁
        T? atFirst = null; // at x₀, by its part in each product
        for (var layer = spec.Global.CrossLayers - 1; layer >= 0; layer--)
        {
            var atOutput = algebra.Multiply(gradient, pass.Inputs[0]);
            var factor = algebra.Multiply(gradient, pass.Outputs[layer]);
            atFirst = atFirst is null ? factor : algebra.Add(atFirst, factor);
            errors?.Add(new LayerError<T>(CrossNetwork.Layer(layer), pass.Inputs[layer], atOutput));
            gradient = algebra.Add(gradient, weights[CrossNetwork.Layer(layer)].Backward(atOutput));
        }

        return Part(algebra.Add(gradient, atFirst!), task);
    }

    /// <summary>A meta embedding may be one for all rows of a task: adding zeros of the rows' shape repeats it for each.</summary>
    private T Join(T encoded, IReadOnlyDictionary<string, T> embeddings)
    {
        if (!ReadsEmbeddings)
        {
            return encoded;
        }

        var zeros = algebra.Scale(algebra.Slice(encoded, 0, 1), 0); // [..., 1]
        return algebra.Concatenate([encoded, .. embedded.Select(block => algebra.Add(embeddings[block.Task], zeros))]);
    }

    private T? Part(T gradient, string task)
    {
        var start = featureWidth;
        foreach (var block in embedded)
        {
            if (block.Task == task)
            {
                return algebra.Slice(gradient, start, start + block.EmbeddingSize);
            }

            start += block.EmbeddingSize;
        }

        return null;
    }
}

/// <summary>The parameters of a <see cref="CrossNetwork{T}"/>.</summary>
internal static class CrossNetwork
{
    private const string Prefix = $"{Parameters.GlobalPrefix}.cross";

    public static string ReadOut => $"{Prefix}.output";

    public static string Layer(int index) => $"{Prefix}.layers.{index}";

    /// <summary>The meta blocks whose embeddings are part of x₀.</summary>
    public static IReadOnlyList<MetaBlockSpec> Embedded(ModelSpec spec) => spec.Global.Concatenates ? spec.MetaBlocks : [];

    /// <summary>Declares the layers; encoded features have <paramref name="featureWidth"/> numbers.</summary>
    public static void Declare(List<ParameterDeclaration> parameters, ModelSpec spec, int featureWidth)
    {
        var width = featureWidth + Embedded(spec).Sum(block => block.EmbeddingSize);
        for (var layer = 0; layer < spec.Global.CrossLayers; layer++)
        {
            parameters.Add(new($"{Layer(layer)}.weight", [width, width], ParameterKind.Weight, Parameters.Deviation(width, true)));
            parameters.Add(new($"{Layer(layer)}.bias", [width], ParameterKind.Bias, 0));
        }

        parameters.Add(new($"{ReadOut}.weight", [width, 1], ParameterKind.Weight, Parameters.Deviation(width, true)));
    }
}
