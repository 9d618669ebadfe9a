using LiMaml.Models.Schemas;

namespace LiMaml.Models.Network;

/// <summary>
/// The loss of one sample (paper §3): cross-entropy for binary and graded labels (Equation 1, whose minus sign is lost in
/// print), the squared error for real ones. Value and gradient side by side.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal sealed class Loss<T>(ITensorAlgebra<T> algebra, LabelKind label)
    where T : class
{
    private const double Near = 2; // here p(1 − p) is more than half of the parabola's curvature

    /// <summary>Losses [..., 1] of logits [..., 1] and labels of that shape.</summary>
    public T Value(T logits, T labels)
    {
        if (label is not LabelKind.Real)
        {
            return algebra.Subtract(algebra.Softplus(logits), algebra.Multiply(logits, labels));
        }

        var error = algebra.Subtract(logits, labels);
        return algebra.Multiply(error, error);
    }

    /// <summary>Their derivatives at the logits.</summary>
    public T Derivative(T logits, T labels) =>
        label is not LabelKind.Real
            ? algebra.Subtract(algebra.Sigmoid(logits), labels)
            : algebra.Scale(algebra.Subtract(logits, labels), 2);

    /// <summary>
    /// Their second derivatives, for labels of either kind; of cross-entropy p(1 − p), but at least <paramref name="share"/> of the curvature
    /// of the parabola that touches the loss here and is nowhere below it, (p − ½) ÷ z (Jaakkola and Jordan, 2000). Far out, where
    /// p(1 − p) vanishes, a Newton step jumps anywhere; with a share of ½ a step to the minimum never raises a sum of such losses.
    /// </summary>
    /// <param name="logits">z.</param>
    /// <param name="share">Above 0, at most ½: then these are p(1 − p) at least up to |z| of 2.</param>
    public T Curvature(T logits, double share)
    {
        if (label is LabelKind.Real)
        {
            return algebra.Scale(algebra.One, 2);
        }

        var probability = algebra.Sigmoid(logits);
        var derivative = algebra.Multiply(probability, algebra.Subtract(algebra.One, probability));
        var size = algebra.Add(algebra.Relu(logits), algebra.Relu(algebra.Scale(logits, -1))); // |z|
        var near = algebra.Scale(algebra.One, Near);
        var divisor = algebra.Add(algebra.Relu(algebra.Subtract(size, near)), near); // |z|, but never near 0
        var bound = algebra.Scale(algebra.Divide(algebra.Subtract(algebra.Sigmoid(size), algebra.Scale(algebra.One, 0.5)), divisor), share);
        return algebra.Add(derivative, algebra.Relu(algebra.Subtract(bound, derivative)));
    }

    /// <summary>The largest second derivative at any logit: ¼ for cross-entropy, 2 for the squared error.</summary>
    public double LargestCurvature => label is not LabelKind.Real ? 0.25 : 2;
}
