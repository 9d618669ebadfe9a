namespace LiMaml.Export.Graphs;

/// <summary>
/// A value in a graph under construction: a symbol of a tensor, of known element type and symbolic shape. Made by a
/// <see cref="GraphBuilder"/> and of use to that one only.
/// </summary>
public sealed class OnnxValue
{
    internal OnnxValue(GraphBuilder graph, string name, GraphPlace place, OnnxElement element, OnnxShape shape, bool isConstant)
    {
        Graph = graph;
        Name = name;
        Place = place;
        Element = element;
        Shape = shape;
        IsConstant = isConstant;
    }

    /// <summary>Unique within the graph.</summary>
    public string Name { get; }

    /// <summary>Element type.</summary>
    public OnnxElement Element { get; }

    /// <summary>Symbolic shape.</summary>
    public OnnxShape Shape { get; }

    /// <summary>True where the value follows from initializers alone.</summary>
    public bool IsConstant { get; }

    /// <summary>Where in the network the value belongs; names of what is made of it begin so.</summary>
    internal GraphPlace Place { get; }

    /// <summary>The graph that it is a value of.</summary>
    internal GraphBuilder Graph { get; }

    /// <summary>Name, type and shape, as in a graph dump.</summary>
    public override string ToString() => $"{Name}: {Element.Text()} {Shape}";
}
