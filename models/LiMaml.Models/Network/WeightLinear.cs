namespace LiMaml.Models.Network;

/// <summary>An adapted layer as one matrix for each task: θ + Δ.</summary>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="origin">θ.</param>
/// <param name="weightDelta">Δ of the weights [tasks, inputs, outputs], or null before the first step.</param>
/// <param name="biasDelta">Δ of the bias [tasks, 1, outputs], or null before the first step or without a bias.</param>
internal sealed class WeightLinear<T>(ITensorAlgebra<T> algebra, SharedLinear<T> origin, T? weightDelta, T? biasDelta) : LinearLayer<T>
    where T : class
{
    private T? weight;

    private T Weight => weight ??= weightDelta is null ? origin.Weight : algebra.Add(weightDelta, origin.Weight);

    public override bool HasBias => origin.HasBias;

    public override T Forward(T x)
    {
        var product = algebra.MatMul(x, Weight);
        if (origin.Bias is not null)
        {
            product = algebra.Add(product, biasDelta is null ? origin.Bias : algebra.Add(biasDelta, origin.Bias));
        }

        return product;
    }

    public override T Backward(T delta) => algebra.MatMul(delta, algebra.Transpose(Weight));

    public override LinearLayer<T> Step(T x, T movement, T? keep, StepSizes<T>? sizes)
    {
        var weightStep = Sized(algebra.MatMul(algebra.Transpose(x), movement), sizes?.Weight);
        var biasStep = origin.Bias is null ? null : Sized(algebra.Sum(movement, -2), sizes?.Bias);
        return new WeightLinear<T>(algebra, origin, Moved(weightDelta, weightStep, keep), biasStep is null ? null : Moved(biasDelta, biasStep, keep));
    }

    public override LinearLayer<T> Rebase(LinearLayer<T> origin) =>
        new WeightLinear<T>(algebra, (SharedLinear<T>)origin, weightDelta, biasDelta);

    public override T SquaredGradient(T x, T delta) => origin.SquaredGradient(x, delta);

    private T Sized(T step, T? size) => size is null ? step : algebra.Multiply(step, size);

    private T Moved(T? delta, T step, T? keep) =>
        delta is null ? step : algebra.Add(keep is null ? delta : algebra.Multiply(delta, keep), step);
}
