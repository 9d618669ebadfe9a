namespace LiMaml.Export.Graphs.Operators;

/// <summary>Operators on the last two axes; leading axes are batches.</summary>
public static class Matrices
{
    /// <summary>a·b: [..., n, k] · [..., k, m] → [..., n, m]; leading axes broadcast.</summary>
    public static OnnxValue MatMul(this GraphBuilder graph, OnnxValue a, OnnxValue b)
    {
        OperandCheck.Elements("MatMul", OnnxElement.Float32, a, b);
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2)
        {
            throw OperandCheck.Refuse("MatMul", "needs two axes or more each", a, b);
        }

        if (a.Shape[^1] != b.Shape[^2])
        {
            throw OperandCheck.Refuse("MatMul", $"inner axes {a.Shape[^1]} and {b.Shape[^2]} differ", a, b);
        }

        var batch = a.Shape[..^2].Broadcast(b.Shape[..^2]) ?? throw OperandCheck.Refuse("MatMul", "the leading axes do not broadcast", a, b);
        return graph.Record("MatMul", [a, b], OnnxElement.Float32, batch.Followed(a.Shape[^2], b.Shape[^1]));
    }

    /// <summary>Swaps the last two axes.</summary>
    public static OnnxValue Transpose(this GraphBuilder graph, OnnxValue a)
    {
        OperandCheck.RankAtLeast("Transpose", 2, a);
        var order = Enumerable.Range(0, a.Shape.Rank).Select(axis => (long)axis).ToArray();
        (order[^1], order[^2]) = (order[^2], order[^1]);
        var shape = a.Shape[..^2].Followed(a.Shape[^1], a.Shape[^2]);
        return graph.Record("Transpose", [a], a.Element, shape, OnnxSetting.Integers("perm", order));
    }

    /// <summary>Sum over <paramref name="axis"/> (negative counts from the end), which stays with size 1 where <paramref name="keepAxis"/>.</summary>
    public static OnnxValue ReduceSum(this GraphBuilder graph, OnnxValue a, int axis, bool keepAxis) => graph.Reduce("ReduceSum", a, axis, keepAxis);

    /// <summary>The largest along <paramref name="axis"/> (negative counts from the end), which stays with size 1 where <paramref name="keepAxis"/>.</summary>
    public static OnnxValue ReduceMax(this GraphBuilder graph, OnnxValue a, int axis, bool keepAxis) => graph.Reduce("ReduceMax", a, axis, keepAxis);

    private static OnnxValue Reduce(this GraphBuilder graph, string operatorName, OnnxValue a, int axis, bool keepAxis)
    {
        OperandCheck.Elements(operatorName, OnnxElement.Float32, a);
        var index = OperandCheck.Axis(operatorName, axis, a.Shape.Rank, a);
        var shape = keepAxis ? a.Shape.With(index, 1) : a.Shape[..index].Followed([.. a.Shape[(index + 1)..].Axes]);
        return graph.RecordAlong(operatorName, a, index, shape, OnnxSetting.Integer("keepdims", keepAxis ? 1 : 0));
    }
}
