namespace LiMaml.Models.Network;

/// <summary>A vector for each task as a layer without inputs, such as a learned row (ID embedding): what moves is the vector.</summary>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="origin">The vectors before any step [tasks or 1, 1, width].</param>
/// <param name="delta">Their movement [tasks, 1, width], or null before the first step.</param>
internal sealed class RowLayer<T>(ITensorAlgebra<T> algebra, T origin, T? delta = null) : LinearLayer<T>
    where T : class
{
    private readonly T row = delta is null ? origin : algebra.Add(origin, delta);

    public override bool HasBias => false;

    public override T Forward(T x) => row;

    public override T Backward(T delta) => throw new InvalidOperationException("a row has no inputs");

    /// <summary>The same origin, moved by <paramref name="delta"/> [tasks, 1, width].</summary>
    public RowLayer<T> Moved(T delta) => new(algebra, origin, delta);

    public override LinearLayer<T> Step(T x, T movement, T? keep, StepSizes<T>? sizes)
    {
        var step = algebra.Sum(movement, -2);
        step = sizes is null ? step : algebra.Multiply(step, sizes.Weight);
        return new RowLayer<T>(algebra, origin, delta is null ? step : algebra.Add(keep is null ? delta : algebra.Multiply(delta, keep), step));
    }

    public override T SquaredGradient(T x, T delta) => algebra.Sum(algebra.Multiply(delta, delta), -1);

    public override LinearLayer<T> Rebase(LinearLayer<T> origin) => new RowLayer<T>(algebra, ((RowLayer<T>)origin).Origin, delta);

    public RowLayer<T> Frozen() => new(algebra, algebra.StopGradient(origin), delta);

    private T Origin => origin;
}
