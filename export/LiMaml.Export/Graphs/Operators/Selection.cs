namespace LiMaml.Export.Graphs.Operators;

/// <summary>Choosing between values element by element.</summary>
public static class Selection
{
    /// <summary><paramref name="chosen"/> where <paramref name="condition"/> holds, else <paramref name="otherwise"/>; all three broadcast together.</summary>
    public static OnnxValue Where(this GraphBuilder graph, OnnxValue condition, OnnxValue chosen, OnnxValue otherwise)
    {
        OperandCheck.Elements("Where", OnnxElement.Bool, condition);
        OperandCheck.Elements("Where", chosen.Element, otherwise);
        var shape = chosen.Shape.Broadcast(otherwise.Shape)?.Broadcast(condition.Shape)
            ?? throw OperandCheck.Refuse("Where", "the shapes do not broadcast", condition, chosen, otherwise);
        return graph.Record("Where", [condition, chosen, otherwise], chosen.Element, shape);
    }
}
