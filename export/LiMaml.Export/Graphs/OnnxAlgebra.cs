using LiMaml.Export.Graphs.Operators;
using LiMaml.Models.Network;

namespace LiMaml.Export.Graphs;

/// <summary>
/// The tensor operations of a network, recorded into a graph. What training computes on tensors, the graph computes when
/// it runs; nothing is dropped and no gradient is followed there.
/// </summary>
/// <param name="graph">Where operations are recorded.</param>
internal class OnnxAlgebra(GraphBuilder graph) : ITensorAlgebra<OnnxValue>
{
    /// <summary>The one that writes what the graph's profile asks for.</summary>
    public static OnnxAlgebra For(GraphBuilder graph) => graph.Operators.Profile is ExportProfile.Widest ? new WidestAlgebra(graph) : new OnnxAlgebra(graph);

    /// <summary>Where operations are recorded.</summary>
    protected GraphBuilder Graph { get; } = graph;

    /// <inheritdoc/>
    public OnnxValue One => Scalar(1);

    /// <inheritdoc/>
    public OnnxValue Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => Graph.Constant(values, shape);

    /// <inheritdoc/>
    public virtual OnnxValue Add(OnnxValue a, OnnxValue b) => Graph.Add(a, b);

    /// <inheritdoc/>
    public virtual OnnxValue Subtract(OnnxValue a, OnnxValue b) => Graph.Sub(a, b);

    /// <inheritdoc/>
    public virtual OnnxValue Multiply(OnnxValue a, OnnxValue b) => Graph.Mul(a, b);

    /// <inheritdoc/>
    public virtual OnnxValue Divide(OnnxValue a, OnnxValue b) => Graph.Div(a, b);

    /// <inheritdoc/>
    public OnnxValue Scale(OnnxValue a, double factor) => factor == 1 ? a : Graph.Mul(a, Scalar((float)factor));

    /// <inheritdoc/>
    public OnnxValue MatMul(OnnxValue a, OnnxValue b) => Graph.MatMul(a, b);

    /// <inheritdoc/>
    public OnnxValue Transpose(OnnxValue a) => Graph.Transpose(a);

    /// <inheritdoc/>
    public virtual OnnxValue Sum(OnnxValue a, int axis, bool keepAxis = true) => Graph.ReduceSum(a, axis, keepAxis);

    /// <inheritdoc/>
    public OnnxValue Max(OnnxValue a) => Graph.ReduceMax(a, -1, keepAxis: true);

    /// <inheritdoc/>
    public OnnxValue Relu(OnnxValue a) => Graph.Relu(a);

    /// <inheritdoc/>
    public OnnxValue Positive(OnnxValue a) => Graph.ToFloat(Graph.Greater(a, Scalar(0)));

    /// <inheritdoc/>
    public virtual OnnxValue AtLeast(OnnxValue a, OnnxValue b) => Graph.ToFloat(Graph.GreaterOrEqual(a, b));

    /// <inheritdoc/>
    public OnnxValue Sigmoid(OnnxValue a) => Graph.Sigmoid(a);

    /// <inheritdoc/>
    public OnnxValue Softplus(OnnxValue a) => Graph.Softplus(a);

    /// <inheritdoc/>
    public OnnxValue Tanh(OnnxValue a) => Graph.Tanh(a);

    /// <inheritdoc/>
    public OnnxValue Log1p(OnnxValue a) => Graph.Log(Graph.Add(a, One));

    /// <inheritdoc/>
    public OnnxValue Exp(OnnxValue a) => Graph.Exp(a);

    /// <inheritdoc/>
    public OnnxValue Sqrt(OnnxValue a) => Graph.Sqrt(a);

    /// <inheritdoc/>
    public OnnxValue Solve(OnnxValue matrix, OnnxValue vector) => ConjugateGradients.Solve(Graph, matrix, vector);

    /// <inheritdoc/>
    public OnnxValue Concatenate(IReadOnlyList<OnnxValue> parts) => parts.Count == 1 ? parts[0] : Graph.Concat(parts);

    /// <inheritdoc/>
    public OnnxValue Slice(OnnxValue a, int start, int end) =>
        start == 0 && a.Shape.Rank > 0 && a.Shape[^1] == end ? a : Graph.Slice(a, start, end);

    /// <inheritdoc/>
    public OnnxValue Squeeze(OnnxValue a) => Graph.Squeeze(a);

    /// <inheritdoc/>
    public OnnxValue Unsqueeze(OnnxValue a, int axis) => Graph.Unsqueeze(a, axis);

    /// <inheritdoc/>
    public OnnxValue Gather(OnnxValue table, OnnxValue indices) => Graph.Gather(table, indices);

    /// <inheritdoc/>
    public OnnxValue IsPresent(OnnxValue indices) => Graph.ToFloat(Graph.Greater(indices, Graph.Integer(0)));

    /// <inheritdoc/>
    public OnnxValue StopGradient(OnnxValue a) => a;

    /// <inheritdoc/>
    public OnnxValue? DropoutFactors(OnnxValue like, double rate) => null;

    private OnnxValue Scalar(float value) => Graph.Constant([value], 1);
}
