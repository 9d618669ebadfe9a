using LiMaml.Models.Schemas;

namespace LiMaml.Models.Network;

/// <summary>
/// The loss of one sample (paper §3): cross-entropy for binary labels (Equation 1, whose minus sign is lost in print), the
/// squared error for real ones. Value and gradient side by side.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal sealed class Loss<T>(ITensorAlgebra<T> algebra, LabelKind label)
    where T : class
{
    /// <summary>Losses [..., 1] of logits [..., 1] and labels of that shape.</summary>
    public T Value(T logits, T labels)
    {
        if (label is LabelKind.Binary)
        {
            return algebra.Subtract(algebra.Softplus(logits), algebra.Multiply(logits, labels));
        }

        var error = algebra.Subtract(logits, labels);
        return algebra.Multiply(error, error);
    }

    /// <summary>Their derivatives at the logits.</summary>
    public T Derivative(T logits, T labels) =>
        label is LabelKind.Binary
            ? algebra.Subtract(algebra.Sigmoid(logits), labels)
            : algebra.Scale(algebra.Subtract(logits, labels), 2);

    /// <summary>Their second derivatives, for labels of either kind.</summary>
    public T SecondDerivative(T logits)
    {
        if (label is LabelKind.Real)
        {
            return algebra.Scale(algebra.One, 2);
        }

        var probability = algebra.Sigmoid(logits);
        return algebra.Multiply(probability, algebra.Subtract(algebra.One, probability));
    }

    /// <summary>The largest second derivative at any logit: ¼ for cross-entropy, 2 for the squared error.</summary>
    public double LargestCurvature => label is LabelKind.Binary ? 0.25 : 2;
}
