namespace LiMaml.Models.Network;

/// <summary>x·W + b, shared by all tasks or adapted to each. Immutable: a step makes a new layer.</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal abstract class LinearLayer<T>
    where T : class
{
    public abstract bool HasBias { get; }

    /// <summary>x [..., inputs] → [..., outputs].</summary>
    public abstract T Forward(T x);

    /// <summary>δ·Wᵀ: the loss gradient at the outputs [..., outputs] → at the inputs [..., inputs].</summary>
    public abstract T Backward(T delta);

    /// <summary>W − θ ← keep·(W − θ) + xᵀ·movement, and likewise the bias, for every task.</summary>
    /// <param name="x">Inputs [tasks, rows, inputs].</param>
    /// <param name="movement">−α times the loss gradient at the outputs [tasks, rows, outputs].</param>
    /// <param name="keep">[tasks, 1, 1] or a constant; null for 1.</param>
    /// <param name="sizes">What the movement of each number is multiplied by; null for 1.</param>
    public abstract LinearLayer<T> Step(T x, T movement, T? keep, StepSizes<T>? sizes);

    /// <summary>|∂f/∂W|² of each row [..., 1], bias included, where δ is the gradient of f at the outputs.</summary>
    public abstract T SquaredGradient(T x, T delta);

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

    public override bool HasBias => bias is not null;

    public override T Forward(T x)
    {
        var product = algebra.MatMul(x, weight);
        return bias is null ? product : algebra.Add(product, bias);
    }

    public override T Backward(T delta) => algebra.MatMul(delta, transposed);

    public override LinearLayer<T> Step(T x, T movement, T? keep, StepSizes<T>? sizes) =>
        gram && sizes is null
            ? new GramLinear<T>(algebra, this, []).Step(x, movement, keep, sizes)
            : new WeightLinear<T>(algebra, this, null, null).Step(x, movement, keep, sizes);

    public override T SquaredGradient(T x, T delta)
    {
        var inputs = algebra.Sum(algebra.Multiply(x, x), -1);
        var outputs = algebra.Sum(algebra.Multiply(delta, delta), -1);
        return algebra.Multiply(bias is null ? inputs : algebra.Add(inputs, algebra.One), outputs);
    }

    public override LinearLayer<T> Rebase(LinearLayer<T> origin) => origin;

    /// <summary>The same values, through which no gradient reaches θ.</summary>
    public SharedLinear<T> Frozen() =>
        new(algebra, algebra.StopGradient(weight), bias is null ? null : algebra.StopGradient(bias), gram);
}
