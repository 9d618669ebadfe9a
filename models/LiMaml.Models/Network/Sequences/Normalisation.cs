namespace LiMaml.Models.Network.Sequences;

/// <summary>Rows of mean 0 and variance 1, and what their gradient needs.</summary>
/// <param name="Output">[..., width].</param>
/// <param name="Deviation">Of each row before [..., 1].</param>
internal sealed record Normalised<T>(T Output, T Deviation)
    where T : class;

/// <summary>
/// Layer normalisation (Ba et al., 2016) without gain and offset: every normalised row goes into linear layers, which would absorb
/// them. Forward and gradient side by side.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="width">Numbers in a row.</param>
internal sealed class Normalisation<T>(ITensorAlgebra<T> algebra, int width)
    where T : class
{
    private const double LeastVariance = 1e-5;

    /// <summary>Normalises rows [..., width].</summary>
    public Normalised<T> Forward(T rows)
    {
        var centred = algebra.Subtract(rows, Mean(rows));
        var variance = algebra.Add(Mean(algebra.Multiply(centred, centred)), algebra.Scale(algebra.One, LeastVariance));
        var deviation = algebra.Sqrt(variance);
        return new Normalised<T>(algebra.Divide(centred, deviation), deviation);
    }

    /// <summary>The loss gradient at the rows from that at their normalised form.</summary>
    public T Backward(Normalised<T> pass, T delta)
    {
        var along = algebra.Multiply(pass.Output, Mean(algebra.Multiply(delta, pass.Output)));
        return algebra.Divide(algebra.Subtract(algebra.Subtract(delta, Mean(delta)), along), pass.Deviation);
    }

    private T Mean(T rows) => algebra.Scale(algebra.Sum(rows, -1), 1.0 / width);
}
