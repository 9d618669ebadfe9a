namespace LiMaml.Models.Network;

/// <summary>x·W + b, shared by all tasks or adapted to each. Immutable: a step makes a new layer.</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal abstract class LinearLayer<T>
    where T : class
{
    /// <summary>x [..., inputs] → [..., outputs].</summary>
    public abstract T Forward(T x);

    /// <summary>δ·Wᵀ: the loss gradient at the outputs [..., outputs] → at the inputs [..., inputs].</summary>
    public abstract T Backward(T delta);

    /// <summary>W − θ ← keep·(W − θ) − stepSize·xᵀδ, and likewise the bias, for every task.</summary>
    public abstract LinearLayer<T> Step(T x, T delta, double stepSize, double keep);

    /// <summary>The same movement away from another θ: how first-order steps are carried over to live weights.</summary>
    public abstract LinearLayer<T> Rebase(LinearLayer<T> origin);
}

/// <summary>θ itself.</summary>
internal sealed class SharedLinear<T>(ITensorAlgebra<T> algebra, T weight, T? bias, bool gram) : LinearLayer<T>
    where T : class
{
    private readonly T transposed = algebra.Transpose(weight);

    public T Weight => weight;

    public T? Bias => bias;

    public override T Forward(T x)
    {
        var product = algebra.MatMul(x, weight);
        return bias is null ? product : algebra.Add(product, bias);
    }

    public override T Backward(T delta) => algebra.MatMul(delta, transposed);

    public override LinearLayer<T> Step(T x, T delta, double stepSize, double keep) =>
        gram
            ? new GramLinear<T>(algebra, this, []).Step(x, delta, stepSize, keep)
            : new WeightLinear<T>(algebra, this, null, null).Step(x, delta, stepSize, keep);

    public override LinearLayer<T> Rebase(LinearLayer<T> origin) => origin;

    /// <summary>The same values, through which no gradient reaches θ.</summary>
    public SharedLinear<T> Frozen() =>
        new(algebra, algebra.StopGradient(weight), bias is null ? null : algebra.StopGradient(bias), gram);
}
