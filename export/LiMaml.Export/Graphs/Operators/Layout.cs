namespace LiMaml.Export.Graphs.Operators;

/// <summary>Operators that arrange elements and compute none.</summary>
public static class Layout
{
    /// <summary>Joins along the last axis; the axes before it must be equal.</summary>
    public static OnnxValue Concat(this GraphBuilder graph, params IReadOnlyList<OnnxValue> parts)
    {
        if (parts.Count == 0)
        {
            throw OperandCheck.Refuse("Concat", "needs one part or more");
        }

        var first = parts[0];
        var leading = first.Shape.Rank == 0 ? null : first.Shape[..^1];
        if (parts.Any(part => part.Element != first.Element || part.Shape.Rank != first.Shape.Rank || !part.Shape[..^1].Equals(leading)))
        {
            throw OperandCheck.Refuse("Concat", "types and axes before the last must be equal", parts);
        }

        if (parts.Any(part => part.Shape[^1].Name is not null))
        {
            throw OperandCheck.Refuse("Concat", "joins along a free axis", parts);
        }

        return graph.Record(
            "Concat", parts, first.Element, leading!.Followed(parts.Sum(part => part.Shape[^1].Size)), OnnxSetting.Integer("axis", first.Shape.Rank - 1));
    }

    /// <summary>The part [start, end) of the last axis.</summary>
    public static OnnxValue Slice(this GraphBuilder graph, OnnxValue a, int start, int end)
    {
        OperandCheck.RankAtLeast("Slice", 1, a);
        if (start < 0 || end < start || end > a.Shape[^1].Size)
        {
            throw OperandCheck.Refuse("Slice", $"[{start}, {end}) is outside the last axis", a);
        }

        var last = a.Shape.Rank - 1;
        var shape = a.Shape.With(last, end - start);
        return graph.Operators.BoundsAreInputs
            ? graph.Record("Slice", [a, graph.Integers(start), graph.Integers(end), graph.Integers(last)], a.Element, shape)
            : graph.Record(
                "Slice", [a], a.Element, shape, OnnxSetting.Integers("axes", last), OnnxSetting.Integers("ends", end), OnnxSetting.Integers("starts", start));
    }

    /// <summary>Removes the last axis, of size 1.</summary>
    public static OnnxValue Squeeze(this GraphBuilder graph, OnnxValue a)
    {
        OperandCheck.RankAtLeast("Squeeze", 1, a);
        return a.Shape[^1].IsOne
            ? graph.RecordAlong("Squeeze", a, a.Shape.Rank - 1, a.Shape[..^1])
            : throw OperandCheck.Refuse("Squeeze", "the last axis is not of size 1", a);
    }

    /// <summary>Adds an axis of size 1 at <paramref name="axis"/> of the result (negative counts from its end).</summary>
    public static OnnxValue Unsqueeze(this GraphBuilder graph, OnnxValue a, int axis)
    {
        var index = OperandCheck.Axis("Unsqueeze", axis, a.Shape.Rank + 1, a);
        var shape = a.Shape[..index].Followed([1, .. a.Shape[index..].Axes]);
        return graph.RecordAlong("Unsqueeze", a, index, shape);
    }

    /// <summary>Records an operator that works along one axis, where its version has that: an input or an attribute.</summary>
    internal static OnnxValue RecordAlong(this GraphBuilder graph, string operatorName, OnnxValue a, int axis, OnnxShape shape, params IReadOnlyList<OnnxSetting> attributes) =>
        (operatorName == "ReduceMax" ? graph.Operators.AxesOfMaximaAreInputs : graph.Operators.AxesAreInputs)
            ? graph.Record(operatorName, [a, graph.Integers(axis)], a.Element, shape, attributes)
            : graph.Record(operatorName, [a], a.Element, shape, [OnnxSetting.Integers("axes", axis), .. attributes]);

    /// <summary>Rows of <paramref name="table"/> [size, width] at int64 <paramref name="indices"/> [...] → [..., width].</summary>
    public static OnnxValue Gather(this GraphBuilder graph, OnnxValue table, OnnxValue indices)
    {
        if (table.Shape.Rank != 2 || indices.Element != OnnxElement.Int64)
        {
            throw OperandCheck.Refuse("Gather", "needs a table of two axes and int64 indices", table, indices);
        }

        return graph.Record("Gather", [table, indices], table.Element, indices.Shape.Followed(table.Shape[1]), OnnxSetting.Integer("axis", 0));
    }
}
