using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>What a layer saw and made during a forward pass.</summary>
/// <param name="Output">After activation and dropout.</param>
/// <param name="Activated">After activation.</param>
/// <param name="Dropout">Dropout factors, or null.</param>
internal sealed record LayerPass<T>(T Output, T Activated, T? Dropout)
    where T : class;

/// <summary>A layer's inputs and the loss gradient at its outputs: all that a step needs.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Inputs">[..., inputs].</param>
/// <param name="Errors">[..., outputs].</param>
internal sealed record LayerError<T>(string Layer, T Inputs, T Errors)
    where T : class;

/// <summary>Dense layers one after another; forward and gradient side by side.</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="prefix">Layer i is called prefix.layers.i.</param>
/// <param name="layers">Sizes and activations, the output layer included.</param>
internal sealed class DenseStack<T>(ITensorAlgebra<T> algebra, string prefix, IReadOnlyList<LayerSpec> layers)
    where T : class
{
    /// <summary>The name of layer <paramref name="index"/>.</summary>
    public string Name(int index) => $"{prefix}.layers.{index}";

    /// <summary>Runs the stack from the first layer's outputs before activation.</summary>
    public IReadOnlyList<LayerPass<T>> Forward(LayerSet<T> weights, T firstOutputs)
    {
        var passes = new List<LayerPass<T>>();
        var outputs = firstOutputs;
        for (var index = 0; index < layers.Count; index++)
        {
            passes.Add(Activate(layers[index], outputs));
            if (index + 1 < layers.Count)
            {
                outputs = weights[Name(index + 1)].Forward(passes[^1].Output);
            }
        }

        return passes;
    }

    /// <summary>
    /// From the loss gradient at the stack's output to that at the first layer's outputs before activation; adds what the
    /// later layers need for a step to <paramref name="errors"/>.
    /// </summary>
    public T Backward(LayerSet<T> weights, IReadOnlyList<LayerPass<T>> passes, T delta, ICollection<LayerError<T>> errors)
    {
        for (var index = layers.Count - 1; index >= 0; index--)
        {
            delta = Deactivate(layers[index], passes[index], delta);
            if (index > 0)
            {
                errors.Add(new LayerError<T>(Name(index), passes[index - 1].Output, delta));
                delta = weights[Name(index)].Backward(delta);
            }
        }

        return delta;
    }

    private LayerPass<T> Activate(LayerSpec layer, T outputs)
    {
        var activated = layer.Activation switch
        {
            Activation.Relu => algebra.Relu(outputs),
            Activation.Tanh => algebra.Tanh(outputs),
            _ => outputs,
        };
        var dropout = layer.Dropout > 0 ? algebra.DropoutFactors(activated, layer.Dropout) : null;
        return new LayerPass<T>(dropout is null ? activated : algebra.Multiply(activated, dropout), activated, dropout);
    }

    private T Deactivate(LayerSpec layer, LayerPass<T> pass, T delta)
    {
        if (pass.Dropout is not null)
        {
            delta = algebra.Multiply(delta, pass.Dropout);
        }

        return layer.Activation switch
        {
            Activation.Relu => algebra.Multiply(delta, algebra.Positive(pass.Activated)),
            Activation.Tanh => algebra.Multiply(delta, algebra.Subtract(algebra.One, algebra.Multiply(pass.Activated, pass.Activated))),
            _ => delta,
        };
    }
}
