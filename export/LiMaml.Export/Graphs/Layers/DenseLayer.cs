using LiMaml.Models.Specs;

namespace LiMaml.Export.Graphs.Layers;

/// <summary>The weights of a dense layer, x·W + b, and what is applied to its outputs.</summary>
/// <param name="Weight">W, float32 [inputs, outputs], row by row; not copied.</param>
/// <param name="Bias">b, float32 [outputs]; not copied.</param>
/// <param name="Activation">Applied to x·W + b.</param>
public sealed record DenseLayer(float[] Weight, float[] Bias, Activation Activation = Activation.Relu)
{
    /// <summary>Outputs of the layer, at least 1.</summary>
    public int OutputCount => Bias.Length;

    /// <summary>Inputs of the layer.</summary>
    public int InputCount => Bias.Length == 0 ? 0 : Weight.Length / Bias.Length;

    /// <summary>A layer from the weights of a <c>Linear</c> of PyTorch or TorchSharp, which keep W as [outputs, inputs].</summary>
    /// <param name="weight">float32 [outputs, inputs], row by row.</param>
    /// <param name="bias">float32 [outputs].</param>
    /// <param name="activation">Applied to the outputs.</param>
    /// <exception cref="ArgumentException">The weight has not as many elements for each output.</exception>
    public static DenseLayer FromTorch(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Activation activation = Activation.Relu)
    {
        var outputs = bias.Length;
        if (outputs == 0 || weight.Length == 0 || weight.Length % outputs != 0)
        {
            throw new ArgumentException($"{weight.Length} weights for {outputs} outputs, expected a multiple", nameof(weight));
        }

        var inputs = weight.Length / outputs;
        var transposed = new float[weight.Length];
        for (var element = 0; element < weight.Length; element++)
        {
            transposed[(element % inputs * outputs) + (element / inputs)] = weight[element];
        }

        return new DenseLayer(transposed, bias.ToArray(), activation);
    }
}
