using LiMaml.Training.Tests.Network;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Outer;

/// <summary>Gradients without differentiating: every number of every parameter is moved both ways.</summary>
internal static class FiniteDifferences
{
    private const double Movement = 3e-5;

    /// <summary>The gradient of <paramref name="loss"/> at the parameters of <paramref name="network"/>; fourth order in the movement.</summary>
    public static Dictionary<string, double[]> Of(SampleNetwork network, Func<Tensor> loss)
    {
        using var _ = no_grad();
        return network.Parameters.Declarations.ToDictionary(declaration => declaration.Name, declaration =>
        {
            var values = network.Parameters[declaration.Name].view(-1).data<double>();
            return Enumerable.Range(0, (int)values.Count).Select(index => Derivative(values, index, loss)).ToArray();
        });
    }

    private static double Derivative(TorchSharp.Utils.TensorAccessor<double> values, int index, Func<Tensor> loss)
    {
        var origin = values[index];
        double At(double movement)
        {
            using var scope = NewDisposeScope();
            values[index] = origin + (movement * Movement);
            return loss().item<double>();
        }

        var derivative = ((8 * (At(1) - At(-1))) - (At(2) - At(-2))) / (12 * Movement);
        values[index] = origin;
        return derivative;
    }
}
