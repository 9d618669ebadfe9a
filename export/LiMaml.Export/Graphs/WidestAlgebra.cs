using LiMaml.Export.Graphs.Operators;

namespace LiMaml.Export.Graphs;

/// <summary>
/// The same operations in operators that small runtimes have: no reductions and no comparisons, and no broadcasting of one
/// computed value to another, wherever the values are rows [rows, width].
/// </summary>
/// <param name="graph">Where operations are recorded.</param>
internal sealed class WidestAlgebra(GraphBuilder graph) : OnnxAlgebra(graph)
{
    /// <inheritdoc/>
    public override OnnxValue Add(OnnxValue a, OnnxValue b) => base.Add(Spread(a, b), Spread(b, a));

    /// <inheritdoc/>
    public override OnnxValue Subtract(OnnxValue a, OnnxValue b) => base.Subtract(Spread(a, b), Spread(b, a));

    /// <inheritdoc/>
    public override OnnxValue Multiply(OnnxValue a, OnnxValue b) => base.Multiply(Spread(a, b), Spread(b, a));

    /// <inheritdoc/>
    public override OnnxValue Divide(OnnxValue a, OnnxValue b) => base.Divide(Spread(a, b), Spread(b, a));

    /// <summary>Rows are summed by a product with ones.</summary>
    public override OnnxValue Sum(OnnxValue a, int axis, bool keepAxis = true) =>
        IsRows(a) && keepAxis && axis is -1 or 1 ? MatMul(a, Filled(1, a.Shape[^1].Size, 1)) : base.Sum(a, axis, keepAxis);

    /// <summary>
    /// 1 − ⌈y ÷ (y + 1)⌉ with y = max(b − a, 0): exact, since y is 0 only where a ≥ b, and the quotient of a y above 0 is above 0
    /// and not above 1.
    /// </summary>
    public override OnnxValue AtLeast(OnnxValue a, OnnxValue b)
    {
        var negated = a.Shape[^1].IsOne && a.Shape.Rank > 1 ? MatMul(a, Filled(-1, 1, b.Shape[^1].Size)) : Scale(a, -1);
        var missing = Relu(Add(negated, b));
        return Add(Scale(Graph.Ceil(Divide(missing, Add(missing, One))), -1), One);
    }

    /// <summary>A computed [rows, 1] as wide as the rows that it meets.</summary>
    private OnnxValue Spread(OnnxValue value, OnnxValue other) =>
        IsRows(value) && IsRows(other) && value.Shape[^1].IsOne && !other.Shape[^1].IsOne ? MatMul(value, Filled(1, 1, other.Shape[^1].Size)) : value;

    private static bool IsRows(OnnxValue value) => value.Shape.Rank == 2 && !value.IsConstant && value.Shape[^1].Name is null;

    private OnnxValue Filled(float value, long rows, long columns) => Constant([.. Enumerable.Repeat(value, checked((int)(rows * columns)))], rows, columns);
}
