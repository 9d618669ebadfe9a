using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>The support losses of a batch of tasks as functions of δ, a vector that is added to the meta embeddings of a task: logits are linear in it.</summary>
/// <param name="Logits">At δ = 0 [tasks, support, 1].</param>
/// <param name="Slopes">Their gradients in δ [tasks, support, embedding].</param>
/// <param name="Labels">[tasks, support, 1].</param>
/// <param name="Weights">Of the samples in the loss [tasks, support, 1].</param>
/// <param name="Embeddings">Meta embeddings at δ = 0 [tasks, support or 1, embedding].</param>
/// <param name="Strength">μ of ½ μ |δ|², for each number or all: [tasks, 1, embedding] or a constant.</param>
internal sealed record EmbeddingProblem<T>(T Logits, T Slopes, T Labels, T Weights, T Embeddings, T Strength)
    where T : class
{
    /// <summary>The same values, through which no gradient flows.</summary>
    public EmbeddingProblem<T> Frozen(ITensorAlgebra<T> algebra) => new(
        algebra.StopGradient(Logits),
        algebra.StopGradient(Slopes),
        Labels,
        Weights,
        algebra.StopGradient(Embeddings),
        algebra.StopGradient(Strength));

    /// <summary>Logits at δ [tasks, 1, embedding].</summary>
    public T LogitsAt(ITensorAlgebra<T> algebra, T delta) => algebra.Add(Logits, algebra.MatMul(Slopes, algebra.Transpose(delta)));
}

/// <summary>
/// The inner loop (Algorithm 2a, lines 6–9) where only the meta embedding moves and the logit is linear in it. The loss,
/// Σ wₛ ℓ(logitₛ, yₛ) + ½ λ Σ wₛ |eₛ|² + ½ μ |δ|², is then convex in δ, so a step can use its curvature.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="network">Whose loss.</param>
/// <param name="spec">Steps, step size and rule, λ.</param>
/// <param name="embeddingSize">Numbers in a meta embedding.</param>
internal sealed class EmbeddingSteps<T>(Network<T> network, InnerLoopSpec spec, int embeddingSize)
    where T : class
{
    // No earlier step raises the loss. The last one's gradient is the implicit one where its curvatures are exact: up to |z| of 4.
    private const double EarlierShare = 0.5;
    private const double LastShare = 0.125;

    private readonly ITensorAlgebra<T> algebra = network.Algebra;

    /// <summary>δ after all steps [tasks, 1, embedding]; at least one step.</summary>
    public T Run(EmbeddingProblem<T> problem)
    {
        if (spec.StepRule is StepRule.Diagonal)
        {
            var bound = DiagonalBound(problem);
            return Repeat(spec.Steps, problem, null, (at, gradient) => algebra.Divide(gradient, bound))!;
        }

        // At the minimum the gradient of δ is that of one Newton step from it with the curvature held: earlier steps need none.
        var found = Repeat(spec.Steps - 1, problem.Frozen(algebra), null, (at, gradient) => Newton(at, gradient, EarlierShare));
        return Repeat(1, problem, found is null ? null : algebra.StopGradient(found), (at, gradient) => Newton(at, gradient, LastShare))!;

        T Newton(T logits, T gradient, double share) =>
            algebra.Transpose(algebra.Solve(Hessian(problem, algebra.StopGradient(logits), share), algebra.Transpose(gradient)));
    }

    private T? Repeat(int steps, EmbeddingProblem<T> problem, T? delta, Func<T, T, T> direction)
    {
        for (var step = 0; step < steps; step++)
        {
            var logits = delta is null ? problem.Logits : problem.LogitsAt(algebra, delta);
            var movement = algebra.Scale(direction(logits, Gradient(problem, logits, delta)), -spec.StepSize);
            delta = delta is null ? movement : algebra.Add(delta, movement);
        }

        return delta;
    }

    /// <summary>[tasks, 1, embedding].</summary>
    private T Gradient(EmbeddingProblem<T> problem, T logits, T? delta)
    {
        var errors = algebra.Multiply(network.Loss.Derivative(logits, problem.Labels), problem.Weights);
        var gradient = algebra.MatMul(algebra.Transpose(errors), problem.Slopes);
        if (spec.MetaEmbeddingL2 > 0)
        {
            gradient = algebra.Add(gradient, algebra.Scale(algebra.Sum(algebra.Multiply(problem.Embeddings, problem.Weights), 1), spec.MetaEmbeddingL2));
        }

        return delta is null ? gradient : algebra.Add(gradient, algebra.Multiply(delta, Penalty(problem)));
    }

    /// <summary>Second derivatives of the loss, or bounds of them where logits are far out [tasks, embedding, embedding].</summary>
    private T Hessian(EmbeddingProblem<T> problem, T logits, double share)
    {
        var curvatures = algebra.Multiply(network.Loss.Curvature(logits, share), problem.Weights);
        var products = algebra.MatMul(algebra.Transpose(problem.Slopes), algebra.Multiply(problem.Slopes, curvatures));
        return algebra.Add(products, algebra.Multiply(Penalty(problem), network.Identity(embeddingSize)));
    }

    /// <summary>Bounds the diagonal of the second derivatives at any δ [tasks, 1, embedding].</summary>
    private T DiagonalBound(EmbeddingProblem<T> problem)
    {
        var squares = algebra.Multiply(algebra.Multiply(problem.Slopes, problem.Slopes), problem.Weights);
        return algebra.Add(algebra.Scale(algebra.Sum(squares, 1), network.Loss.LargestCurvature), Penalty(problem));
    }

    private T Penalty(EmbeddingProblem<T> problem) =>
        spec.MetaEmbeddingL2 > 0
            ? algebra.Add(problem.Strength, algebra.Scale(algebra.Sum(problem.Weights, 1), spec.MetaEmbeddingL2))
            : problem.Strength;
}
