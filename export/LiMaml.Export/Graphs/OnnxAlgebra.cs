using LiMaml.Export.Graphs.Operators;
using LiMaml.Models.Network;

namespace LiMaml.Export.Graphs;

/// <summary>
/// The tensor operations of a network, recorded into a graph. What training computes on tensors, the graph computes when
/// it runs; nothing is dropped and no gradient is followed there.
/// </summary>
/// <param name="graph">Where operations are recorded.</param>
internal sealed class OnnxAlgebra(GraphBuilder graph) : ITensorAlgebra<OnnxValue>
{
    /// <inheritdoc/>
    public OnnxValue One => Scalar(1);

    /// <inheritdoc/>
    public OnnxValue Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => graph.Constant(values, shape);

    /// <inheritdoc/>
    public OnnxValue Add(OnnxValue a, OnnxValue b) => graph.Add(a, b);

    /// <inheritdoc/>
    public OnnxValue Subtract(OnnxValue a, OnnxValue b) => graph.Sub(a, b);

    /// <inheritdoc/>
    public OnnxValue Multiply(OnnxValue a, OnnxValue b) => graph.Mul(a, b);

    /// <inheritdoc/>
    public OnnxValue Divide(OnnxValue a, OnnxValue b) => graph.Div(a, b);

    /// <inheritdoc/>
    public OnnxValue Scale(OnnxValue a, double factor) => factor == 1 ? a : graph.Mul(a, Scalar((float)factor));

    /// <inheritdoc/>
    public OnnxValue MatMul(OnnxValue a, OnnxValue b) => graph.MatMul(a, b);

    /// <inheritdoc/>
    public OnnxValue Transpose(OnnxValue a) => graph.Transpose(a);

    /// <inheritdoc/>
    public OnnxValue Sum(OnnxValue a, int axis, bool keepAxis = true) => graph.ReduceSum(a, axis, keepAxis);

    /// <inheritdoc/>
    public OnnxValue Relu(OnnxValue a) => graph.Relu(a);

    /// <inheritdoc/>
    public OnnxValue Positive(OnnxValue a) => graph.ToFloat(graph.Greater(a, Scalar(0)));

    /// <inheritdoc/>
    public OnnxValue AtLeast(OnnxValue a, OnnxValue b) => graph.ToFloat(graph.GreaterOrEqual(a, b));

    /// <inheritdoc/>
    public OnnxValue Sigmoid(OnnxValue a) => graph.Sigmoid(a);

    /// <inheritdoc/>
    public OnnxValue Softplus(OnnxValue a) => graph.Softplus(a);

    /// <inheritdoc/>
    public OnnxValue Tanh(OnnxValue a) => graph.Tanh(a);

    /// <inheritdoc/>
    public OnnxValue Log1p(OnnxValue a) => graph.Log(graph.Add(a, One));

    /// <inheritdoc/>
    public OnnxValue Exp(OnnxValue a) => graph.Exp(a);

    /// <inheritdoc/>
    public OnnxValue Sqrt(OnnxValue a) => graph.Sqrt(a);

    /// <inheritdoc/>
    public OnnxValue Solve(OnnxValue matrix, OnnxValue vector) => ConjugateGradients.Solve(graph, matrix, vector);

    /// <inheritdoc/>
    public OnnxValue Concatenate(IReadOnlyList<OnnxValue> parts) => parts.Count == 1 ? parts[0] : graph.Concat(parts);

    /// <inheritdoc/>
    public OnnxValue Slice(OnnxValue a, int start, int end) =>
        start == 0 && a.Shape.Rank > 0 && a.Shape[^1] == end ? a : graph.Slice(a, start, end);

    /// <inheritdoc/>
    public OnnxValue Squeeze(OnnxValue a) => graph.Squeeze(a);

    /// <inheritdoc/>
    public OnnxValue Unsqueeze(OnnxValue a, int axis) => graph.Unsqueeze(a, axis);

    /// <inheritdoc/>
    public OnnxValue Gather(OnnxValue table, OnnxValue indices) => graph.Gather(table, indices);

    /// <inheritdoc/>
    public OnnxValue IsPresent(OnnxValue indices) => graph.ToFloat(graph.Greater(indices, graph.Integer(0)));

    /// <inheritdoc/>
    public OnnxValue StopGradient(OnnxValue a) => a;

    /// <inheritdoc/>
    public OnnxValue? DropoutFactors(OnnxValue like, double rate) => null;

    private OnnxValue Scalar(float value) => graph.Constant([value], 1);
}
