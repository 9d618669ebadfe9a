namespace LiMaml.Models.Network;

/// <summary>
/// The tensor operations that a LiMaml network is written in. The network, its gradients and the inner loop are written
/// once against this interface; training runs them on TorchSharp, export records them as an ONNX graph. So what is
/// exported is what was trained, operation by operation.
/// </summary>
/// <typeparam name="T">A tensor, or a symbol of one. Shapes broadcast as in NumPy.</typeparam>
public interface ITensorAlgebra<T>
    where T : class
{
    /// <summary>A constant float tensor of the network's precision.</summary>
    T Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape);

    /// <summary>The constant 1, shape [1].</summary>
    T One { get; }

    /// <summary>a + b.</summary>
    T Add(T a, T b);

    /// <summary>a − b.</summary>
    T Subtract(T a, T b);

    /// <summary>a × b, elementwise.</summary>
    T Multiply(T a, T b);

    /// <summary>a ÷ b, elementwise.</summary>
    T Divide(T a, T b);

    /// <summary>a × <paramref name="factor"/>.</summary>
    T Scale(T a, double factor);

    /// <summary>Matrix product over the last two axes; leading axes broadcast.</summary>
    T MatMul(T a, T b);

    /// <summary>Swaps the last two axes.</summary>
    T Transpose(T a);

    /// <summary>Sum over one axis (negative counts from the end); the axis stays with size 1 where <paramref name="keepAxis"/>.</summary>
    T Sum(T a, int axis, bool keepAxis = true);

    /// <summary>The largest along the last axis, which stays with size 1; no gradient flows through it.</summary>
    T Max(T a);

    /// <summary>max(a, 0).</summary>
    T Relu(T a);

    /// <summary>1 where a &gt; 0, else 0; no gradient flows through it.</summary>
    T Positive(T a);

    /// <summary>1 where a ≥ b, else 0; no gradient flows through it.</summary>
    T AtLeast(T a, T b);

    /// <summary>1 ÷ (1 + exp(−a)).</summary>
    T Sigmoid(T a);

    /// <summary>log(1 + exp(a)), without overflow.</summary>
    T Softplus(T a);

    /// <summary>tanh(a).</summary>
    T Tanh(T a);

    /// <summary>log(1 + a) for a ≥ 0.</summary>
    T Log1p(T a);

    /// <summary>exp(a).</summary>
    T Exp(T a);

    /// <summary>√a for a &gt; 0.</summary>
    T Sqrt(T a);

    /// <summary>
    /// x with <paramref name="matrix"/>·x = <paramref name="vector"/>: symmetric positive definite [tasks, n, n], and [tasks, n, 1].
    /// No gradient flows to the matrix.
    /// </summary>
    T Solve(T matrix, T vector);

    /// <summary>Joins along the last axis; leading axes must be equal.</summary>
    T Concatenate(IReadOnlyList<T> parts);

    /// <summary>The part [start, end) of the last axis. Works on float and on index tensors.</summary>
    T Slice(T a, int start, int end);

    /// <summary>Removes the last axis, of size 1. Works on float and on index tensors.</summary>
    T Squeeze(T a);

    /// <summary>Adds an axis of size 1 at <paramref name="axis"/> (negative counts from the end of the result). Works on float and on index tensors.</summary>
    T Unsqueeze(T a, int axis);

    /// <summary>Rows of <paramref name="table"/> [size, width] at <paramref name="indices"/> [...] → [..., width].</summary>
    T Gather(T table, T indices);

    /// <summary>1 where an index is above 0, else 0, as floats.</summary>
    T IsPresent(T indices);

    /// <summary>The same values, through which no gradient flows. The identity outside training.</summary>
    T StopGradient(T a);

    /// <summary>
    /// Zeroes each element with probability <paramref name="rate"/> and scales the rest by 1 ÷ (1 − rate) while training:
    /// returns the factor of every element, or null where nothing is dropped.
    /// </summary>
    T? DropoutFactors(T like, double rate);
}
