namespace LiMaml.Export.Graphs.Operators;

/// <summary>Operators that work element by element on float32, their operands broadcast together.</summary>
public static class Elementwise
{
    /// <summary>a + b.</summary>
    public static OnnxValue Add(this GraphBuilder graph, OnnxValue a, OnnxValue b) => graph.Binary("Add", a, b);

    /// <summary>a − b.</summary>
    public static OnnxValue Sub(this GraphBuilder graph, OnnxValue a, OnnxValue b) => graph.Binary("Sub", a, b);

    /// <summary>a × b.</summary>
    public static OnnxValue Mul(this GraphBuilder graph, OnnxValue a, OnnxValue b) => graph.Binary("Mul", a, b);

    /// <summary>a ÷ b.</summary>
    public static OnnxValue Div(this GraphBuilder graph, OnnxValue a, OnnxValue b) => graph.Binary("Div", a, b);

    /// <summary>max(a, 0).</summary>
    public static OnnxValue Relu(this GraphBuilder graph, OnnxValue a) => graph.Unary("Relu", a);

    /// <summary>1 ÷ (1 + exp(−a)).</summary>
    public static OnnxValue Sigmoid(this GraphBuilder graph, OnnxValue a) => graph.Unary("Sigmoid", a);

    /// <summary>log(1 + exp(a)).</summary>
    public static OnnxValue Softplus(this GraphBuilder graph, OnnxValue a) => graph.Unary("Softplus", a);

    /// <summary>tanh(a).</summary>
    public static OnnxValue Tanh(this GraphBuilder graph, OnnxValue a) => graph.Unary("Tanh", a);

    /// <summary>The natural logarithm.</summary>
    public static OnnxValue Log(this GraphBuilder graph, OnnxValue a) => graph.Unary("Log", a);

    /// <summary>The smallest integer that is at least a.</summary>
    public static OnnxValue Ceil(this GraphBuilder graph, OnnxValue a) => graph.Unary("Ceil", a);

    /// <summary>exp(a).</summary>
    public static OnnxValue Exp(this GraphBuilder graph, OnnxValue a) => graph.Unary("Exp", a);

    /// <summary>√a.</summary>
    public static OnnxValue Sqrt(this GraphBuilder graph, OnnxValue a) => graph.Unary("Sqrt", a);

    private static OnnxValue Unary(this GraphBuilder graph, string operatorName, OnnxValue a)
    {
        OperandCheck.Elements(operatorName, OnnxElement.Float32, a);
        return graph.Record(operatorName, [a], OnnxElement.Float32, a.Shape);
    }

    private static OnnxValue Binary(this GraphBuilder graph, string operatorName, OnnxValue a, OnnxValue b)
    {
        OperandCheck.Elements(operatorName, OnnxElement.Float32, a, b);
        var shape = a.Shape.Broadcast(b.Shape) ?? throw OperandCheck.Refuse(operatorName, "the shapes do not broadcast", a, b);
        return graph.Record(operatorName, [a, b], OnnxElement.Float32, shape);
    }
}
