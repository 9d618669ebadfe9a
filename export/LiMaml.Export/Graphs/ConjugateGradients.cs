using LiMaml.Export.Graphs.Operators;

namespace LiMaml.Export.Graphs;

/// <summary>
/// Systems of linear equations by conjugate gradients, unrolled: nothing but products, so any runtime can solve them. The
/// diagonal preconditions. As many iterations as unknowns would be exact without rounding; some more make up for it.
/// </summary>
internal static class ConjugateGradients
{
    private const int IterationsMore = 4;
    private const float Smallest = 1e-30f; // a residual of exactly 0 divides by this

    /// <summary>x with <paramref name="matrix"/>·x = <paramref name="vector"/>: symmetric positive definite [tasks, n, n], and [tasks, n, 1].</summary>
    public static OnnxValue Solve(GraphBuilder graph, OnnxValue matrix, OnnxValue vector)
    {
        var size = (int)matrix.Shape[^1].Size;
        var inverse = graph.Div(graph.Constant([1], 1), Diagonal(graph, matrix, size));
        OnnxValue? solution = null;
        var residual = vector;
        var direction = graph.Mul(inverse, residual);
        var agreement = Dot(graph, residual, direction);
        for (var iteration = 0; ; iteration++)
        {
            var image = graph.MatMul(matrix, direction);
            var step = Ratio(graph, agreement, Dot(graph, direction, image));
            var part = graph.Mul(step, direction);
            solution = solution is null ? part : graph.Add(solution, part);
            if (iteration == size + IterationsMore - 1)
            {
                return solution;
            }

            residual = graph.Sub(residual, graph.Mul(step, image));
            var preconditioned = graph.Mul(inverse, residual);
            var next = Dot(graph, residual, preconditioned);
            direction = graph.Add(preconditioned, graph.Mul(Ratio(graph, next, agreement), direction));
            agreement = next;
        }
    }

    /// <summary>[tasks, n, 1].</summary>
    private static OnnxValue Diagonal(GraphBuilder graph, OnnxValue matrix, int size)
    {
        var identity = graph.Constant([.. Enumerable.Range(0, size * size).Select(place => place % (size + 1) == 0 ? 1f : 0f)], size, size);
        return graph.ReduceSum(graph.Mul(matrix, identity), -1, keepAxis: true);
    }

    /// <summary>[tasks, 1, 1].</summary>
    private static OnnxValue Dot(GraphBuilder graph, OnnxValue a, OnnxValue b) => graph.ReduceSum(graph.Mul(a, b), 1, keepAxis: true);

    private static OnnxValue Ratio(GraphBuilder graph, OnnxValue a, OnnxValue b) => graph.Div(a, graph.Add(b, graph.Constant([Smallest], 1)));
}
