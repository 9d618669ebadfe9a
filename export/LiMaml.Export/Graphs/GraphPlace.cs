namespace LiMaml.Export.Graphs;

/// <summary>The part of the network that a value belongs to.</summary>
/// <param name="Name">A weight's name without its role, e.g. <c>global.layers.0</c>, or that of an input; empty for constants.</param>
/// <param name="IsWeight">True where it is named after a weight.</param>
internal readonly record struct GraphPlace(string Name, bool IsWeight)
{
    /// <summary>Of constants that are not weights.</summary>
    public static readonly GraphPlace None = new(string.Empty, false);

    /// <summary>The place of a graph's input.</summary>
    public static GraphPlace OfInput(string name) => new(name, false);

    /// <summary>The place of a weight: its name without <c>.weight</c> or <c>.bias</c>.</summary>
    public static GraphPlace OfWeight(string name)
    {
        foreach (var role in (ReadOnlySpan<string>)[".weight", ".bias"])
        {
            if (name.EndsWith(role, StringComparison.Ordinal))
            {
                return new GraphPlace(name[..^role.Length], true);
            }
        }

        return new GraphPlace(name, true);
    }

    /// <summary>
    /// Where an operation on <paramref name="operands"/> belongs: with the weight among them; else with the last that comes
    /// of a weight (what is multiplied by an adapted weight, or cut by a layer's activation, is that layer's); else with
    /// the first that has a place.
    /// </summary>
    public static GraphPlace OfOperation(IReadOnlyList<OnnxValue> operands)
    {
        var operand = operands.FirstOrDefault(operand => operand.IsConstant && operand.Place.IsWeight)
            ?? operands.LastOrDefault(operand => operand.Place.IsWeight)
            ?? operands.FirstOrDefault(operand => operand.Place != None);
        return operand?.Place ?? None;
    }

    /// <summary>The name of an operation here.</summary>
    public string NameOf(string operatorName) => $"{(this == None ? "constant" : Name)}/{operatorName.ToLowerInvariant()}";
}
