namespace LiMaml.Models.Network.Serving;

/// <summary>What a graph of a model package computes.</summary>
public enum GraphKind
{
    /// <summary>Meta embeddings and other features to a score.</summary>
    Global,

    /// <summary>Meta features to the meta embedding under θ_meta as trained: for tasks without a history.</summary>
    Meta,

    /// <summary>Algorithm 2b for a batch of tasks: support sets and latest samples to adapted meta embeddings.</summary>
    Adapt,
}

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Unique within the graph.</param>
/// <param name="Kind">Element type.</param>
/// <param name="Axes">Outermost first: a name (<c>tasks</c>, <c>support</c>, <c>rows</c>) for a free axis, else a size in decimal.</param>
/// <param name="Features">The features that it carries, one a column where several; empty where it carries none.</param>
public sealed record GraphTensor(string Name, ElementKind Kind, IReadOnlyList<string> Axes, IReadOnlyList<string> Features);

/// <summary>The inputs and outputs of one graph of a model package.</summary>
/// <param name="Name"><c>global</c>, <c>meta</c>, <c>adapt</c>; <c>meta-task</c> and <c>adapt-task</c> where a model has several definitions.</param>
/// <param name="Kind">What it computes.</param>
/// <param name="Task">The task definition that it is for; null for <see cref="GraphKind.Global"/>.</param>
/// <param name="Inputs">In the order they are declared.</param>
/// <param name="Outputs">In the order they are declared.</param>
public sealed record GraphSignature(
    string Name,
    GraphKind Kind,
    string? Task,
    IReadOnlyList<GraphTensor> Inputs,
    IReadOnlyList<GraphTensor> Outputs);
