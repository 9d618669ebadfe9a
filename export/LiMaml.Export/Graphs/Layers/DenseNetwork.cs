using LiMaml.Models.Network;
using LiMaml.Models.Specs;

namespace LiMaml.Export.Graphs.Layers;

/// <summary>
/// Dense layers one after another in a graph, with their gradients: the same code that training and adaptation run on, as
/// nodes of an ONNX graph. A runtime needs no automatic differentiation to execute them.
/// </summary>
public sealed class DenseNetwork
{
    private readonly OnnxAlgebra algebra;
    private readonly DenseStack<OnnxValue> stack;
    private readonly IReadOnlyDictionary<string, SharedLinear<OnnxValue>> layers;

    /// <summary>Adds the weights to <paramref name="graph"/>, called <c>name.layers.0.weight</c>, <c>name.layers.0.bias</c> and so on.</summary>
    /// <param name="graph">Where forward pass and gradients are recorded.</param>
    /// <param name="name">Begins the names of weights and operations.</param>
    /// <param name="layers">From the input to the output, at least one.</param>
    /// <exception cref="ArgumentException">There is no layer, a layer's inputs are not the outputs of the one before it, its weight has not inputs × outputs elements, or a name is taken.</exception>
    public DenseNetwork(GraphBuilder graph, string name, params IReadOnlyList<DenseLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(layers);
        Check(name, layers);
        algebra = OnnxAlgebra.For(graph);
        stack = new DenseStack<OnnxValue>(algebra, name, [.. layers.Select(layer => new LayerSpec(layer.OutputCount, layer.Activation))]);
        this.layers = layers.Select((layer, index) => (Name: stack.Name(index), Layer: layer)).ToDictionary(
            part => part.Name,
            part => new SharedLinear<OnnxValue>(
                algebra,
                graph.Weight($"{part.Name}.weight", part.Layer.Weight, part.Layer.InputCount, part.Layer.OutputCount),
                graph.Weight($"{part.Name}.bias", part.Layer.Bias, part.Layer.OutputCount),
                gram: false));
    }

    /// <summary>Records the forward pass of <paramref name="input"/>, float32 [..., rows, inputs].</summary>
    /// <exception cref="ArgumentException">The input does not fit the first layer, or belongs to another graph.</exception>
    public DensePass Forward(OnnxValue input)
    {
        var weights = new LayerSet<OnnxValue>(layers.ToDictionary(layer => layer.Key, LinearLayer<OnnxValue> (layer) => layer.Value));
        var passes = stack.Forward(weights, weights[stack.Name(0)].Forward(input));
        return new DensePass(passes[^1].Output, gradient => Backward(weights, input, passes, gradient));
    }

    private DenseGradients Backward(LayerSet<OnnxValue> weights, OnnxValue input, IReadOnlyList<LayerPass<OnnxValue>> passes, OnnxValue outputGradient)
    {
        var errors = new List<LayerError<OnnxValue>>();
        var first = stack.Backward(weights, passes, outputGradient, errors);
        errors.Add(new LayerError<OnnxValue>(stack.Name(0), input, first));
        return new DenseGradients(weights[stack.Name(0)].Backward(first), [.. Enumerable.Reverse(errors).SelectMany(Gradients)]);
    }

    private IEnumerable<WeightGradient> Gradients(LayerError<OnnxValue> error)
    {
        var layer = layers[error.Layer];
        yield return new WeightGradient($"{error.Layer}.weight", layer.Weight, algebra.MatMul(algebra.Transpose(error.Inputs), error.Errors));
        yield return new WeightGradient($"{error.Layer}.bias", layer.Bias!, algebra.Sum(error.Errors, -2, keepAxis: false));
    }

    private static void Check(string name, IReadOnlyList<DenseLayer> layers)
    {
        if (layers.Count == 0)
        {
            throw new ArgumentException($"network '{name}' has no layers, expected at least one", nameof(layers));
        }

        for (var index = 1; index < layers.Count; index++)
        {
            if (layers[index].InputCount != layers[index - 1].OutputCount)
            {
                throw new ArgumentException(
                    $"layer {index} of network '{name}' has {layers[index].InputCount} inputs, expected the {layers[index - 1].OutputCount} outputs of the layer before it", nameof(layers));
            }
        }
    }
}
