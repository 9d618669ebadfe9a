using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>How far each number of a layer steps; null for all alike.</summary>
/// <param name="Weight">Of the weights, or of a row.</param>
/// <param name="Bias">Of the bias; null without one.</param>
internal sealed record StepSizes<T>(T Weight, T? Bias)
    where T : class;

/// <summary>The settings of an inner loop that may be learned: what pulls towards the starting point, and step sizes (Meta-SGD).</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal sealed class StepSettings<T>(ITensorAlgebra<T> algebra, InnerLoopSpec spec, Func<string, T> parameter)
    where T : class
{
    /// <summary>μ of ½ μ |θᵢ − θ|² for a layer; null where nothing pulls.</summary>
    /// <param name="layer">The layer's name.</param>
    /// <param name="evidence">Sum of each task's sample weights [tasks, 1, 1].</param>
    /// <returns>[tasks, 1, 1 or embedding] or a constant.</returns>
    public T? Strength(string layer, T evidence)
    {
        if (!spec.LearnedProximal)
        {
            return spec.Proximal == 0 ? null : algebra.Scale(algebra.One, spec.Proximal);
        }

        var constant = algebra.Exp(parameter(Parameters.Setting(Parameters.ProximalConstant, layer)));
        var slope = algebra.Exp(parameter(Parameters.Setting(Parameters.ProximalSlope, layer)));
        return algebra.Add(constant, algebra.Multiply(evidence, slope));
    }

    /// <summary>The learned step sizes of a layer; null where all numbers step alike.</summary>
    public StepSizes<T>? Sizes(string layer, bool hasBias)
    {
        if (!spec.LearnedStepSizes)
        {
            return null;
        }

        T Of(string numbers) => algebra.Exp(parameter(Parameters.Setting(Parameters.StepSizes, numbers)));
        return Parameters.IsShift(layer) ? new StepSizes<T>(Of(layer), null) : new StepSizes<T>(Of($"{layer}.weight"), hasBias ? Of($"{layer}.bias") : null);
    }
}
