namespace LiMaml.Export.Graphs.Layers;

/// <summary>A forward pass through a <see cref="DenseNetwork"/>, and the way back.</summary>
public sealed class DensePass
{
    private readonly Func<OnnxValue, DenseGradients> backward;

    internal DensePass(OnnxValue output, Func<OnnxValue, DenseGradients> backward)
    {
        Output = output;
        this.backward = backward;
    }

    /// <summary>What the last layer gives, float32 [..., rows, outputs].</summary>
    public OnnxValue Output { get; }

    /// <summary>Records the gradients of a loss that is a sum over rows.</summary>
    /// <param name="outputGradient">The loss's gradient at <see cref="Output"/>, of its shape: sigmoid(output) − label for cross-entropy, 2·(output − label) for the squared error.</param>
    /// <exception cref="ArgumentException">It has not the output's shape, or belongs to another graph.</exception>
    public DenseGradients Backward(OnnxValue outputGradient) => backward(outputGradient);
}

/// <summary>Gradients of a loss.</summary>
/// <param name="Input">At the network's input, of its shape.</param>
/// <param name="Weights">At each layer's weight and bias, from the first layer to the last.</param>
public sealed record DenseGradients(OnnxValue Input, IReadOnlyList<WeightGradient> Weights);

/// <summary>The gradient at one weight or bias.</summary>
/// <param name="Name">Of the weight in the graph: <c>name.layers.0.weight</c>.</param>
/// <param name="Weight">The weight, [inputs, outputs], or the bias, [outputs].</param>
/// <param name="Gradient">Of the weight's shape; the leading axes of the network's input come before it, one gradient for each of their indices.</param>
public sealed record WeightGradient(string Name, OnnxValue Weight, OnnxValue Gradient);
