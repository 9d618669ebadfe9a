namespace LiMaml.Models.Network.Sequences;

/// <summary>Queries, keys and values of rows [..., width], all heads side by side.</summary>
internal sealed record Projections<T>(T Queries, T Keys, T Values)
    where T : class;

/// <summary>What attention made, and for each head the shares it gave [tasks, rows, rows].</summary>
internal sealed record AttentionPass<T>(T Output, IReadOnlyList<T> Shares)
    where T : class;

/// <summary>
/// Scaled dot-product attention (Vaswani et al., 2017) written out, forward and gradient side by side: runtimes of opset 13 have no
/// operator for it, and TorchSharp's does not differentiate twice. Heads are parts of the last axis.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="width">Numbers of all heads together.</param>
/// <param name="heads">How many.</param>
internal sealed class Attention<T>(ITensorAlgebra<T> algebra, int width, int heads)
    where T : class
{
    private readonly int size = width / heads;

    private double Scale => 1 / Math.Sqrt(size);

    /// <summary>Rows that attend to each other.</summary>
    /// <param name="rows">[tasks, rows, width].</param>
    /// <param name="bias">0 where a row (second axis) sees another (third), a number far below 0 where not [tasks, rows, rows]; each sees at least itself.</param>
    public AttentionPass<T> Forward(Projections<T> rows, T bias)
    {
        var shares = new List<T>();
        var outputs = new List<T>();
        for (var head = 0; head < heads; head++)
        {
            var scores = algebra.Add(Scores(rows.Queries, rows.Keys, head), bias);
            var weights = algebra.Exp(algebra.Subtract(scores, algebra.Max(scores))); // the largest is 1: no overflow
            shares.Add(algebra.Divide(weights, algebra.Sum(weights, -1)));
            outputs.Add(algebra.MatMul(shares[^1], Part(rows.Values, head)));
        }

        return new AttentionPass<T>(algebra.Concatenate(outputs), shares);
    }

    /// <summary>The loss gradient at queries, keys and values from that at the output.</summary>
    public Projections<T> Backward(Projections<T> rows, AttentionPass<T> pass, T delta)
    {
        var (queries, keys, values) = (new List<T>(), new List<T>(), new List<T>());
        for (var head = 0; head < heads; head++)
        {
            var (shares, error) = (pass.Shares[head], Part(delta, head));
            var atShares = algebra.MatMul(error, algebra.Transpose(Part(rows.Values, head))); // [tasks, rows, rows]
            var mean = algebra.Sum(algebra.Multiply(shares, atShares), -1);
            var atScores = algebra.Scale(algebra.Multiply(shares, algebra.Subtract(atShares, mean)), Scale);
            queries.Add(algebra.MatMul(atScores, Part(rows.Keys, head)));
            keys.Add(algebra.MatMul(algebra.Transpose(atScores), Part(rows.Queries, head)));
            values.Add(algebra.MatMul(algebra.Transpose(shares), error));
        }

        return new Projections<T>(algebra.Concatenate(queries), algebra.Concatenate(keys), algebra.Concatenate(values));
    }

    /// <summary>Rows that each attend to itself and to a sequence, but not to each other [tasks, rows, width].</summary>
    /// <param name="rows">[tasks, rows, width].</param>
    /// <param name="sequence">[tasks, length, width].</param>
    /// <param name="bias">As of <see cref="Forward"/>, of the sequence's rows [tasks, 1, length].</param>
    public T ForwardAfter(Projections<T> rows, Projections<T> sequence, T bias)
    {
        var outputs = new List<T>();
        for (var head = 0; head < heads; head++)
        {
            var scores = algebra.Add(Scores(rows.Queries, sequence.Keys, head), bias); // [tasks, rows, length]
            var own = algebra.Scale(algebra.Sum(algebra.Multiply(Part(rows.Queries, head), Part(rows.Keys, head)), -1), Scale);
            var above = algebra.Relu(algebra.Subtract(algebra.Max(scores), algebra.StopGradient(own)));
            var largest = algebra.Add(algebra.StopGradient(own), algebra.StopGradient(above));
            var (weights, ownWeight) = (algebra.Exp(algebra.Subtract(scores, largest)), algebra.Exp(algebra.Subtract(own, largest)));
            var sum = algebra.Add(algebra.MatMul(weights, Part(sequence.Values, head)), algebra.Multiply(ownWeight, Part(rows.Values, head)));
            outputs.Add(algebra.Divide(sum, algebra.Add(algebra.Sum(weights, -1), ownWeight)));
        }

        return algebra.Concatenate(outputs);
    }

    private T Scores(T queries, T keys, int head) => algebra.Scale(algebra.MatMul(Part(queries, head), algebra.Transpose(Part(keys, head))), Scale);

    private T Part(T rows, int head) => heads == 1 ? rows : algebra.Slice(rows, head * size, (head + 1) * size);
}
