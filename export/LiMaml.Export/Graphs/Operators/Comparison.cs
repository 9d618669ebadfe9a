namespace LiMaml.Export.Graphs.Operators;

/// <summary>Comparisons, and the way back from truth values to numbers.</summary>
public static class Comparison
{
    /// <summary>a &gt; b, operands of one element type.</summary>
    public static OnnxValue Greater(this GraphBuilder graph, OnnxValue a, OnnxValue b) => graph.Compare("Greater", a, b);

    /// <summary>a ≥ b, operands of one element type.</summary>
    public static OnnxValue GreaterOrEqual(this GraphBuilder graph, OnnxValue a, OnnxValue b) => graph.Compare("GreaterOrEqual", a, b);

    /// <summary>1 for true, 0 for false, as float32.</summary>
    public static OnnxValue ToFloat(this GraphBuilder graph, OnnxValue truth)
    {
        OperandCheck.Elements("Cast", OnnxElement.Bool, truth);
        return graph.Record("Cast", [truth], OnnxElement.Float32, truth.Shape, OnnxSetting.Integer("to", (long)OnnxElement.Float32));
    }

    private static OnnxValue Compare(this GraphBuilder graph, string operatorName, OnnxValue a, OnnxValue b)
    {
        if (a.Element != b.Element || a.Element == OnnxElement.Bool)
        {
            throw OperandCheck.Refuse(operatorName, "compares float32 with float32 or int64 with int64", a, b);
        }

        var shape = a.Shape.Broadcast(b.Shape) ?? throw OperandCheck.Refuse(operatorName, "the shapes do not broadcast", a, b);
        return graph.Record(operatorName, [a, b], OnnxElement.Bool, shape);
    }
}
