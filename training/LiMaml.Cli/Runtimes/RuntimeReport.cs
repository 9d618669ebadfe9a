using LiMaml.Runtime.Verification;

namespace LiMaml.Cli.Runtimes;

/// <summary>What a runtime made of a package.</summary>
/// <param name="Runtime">The runtime with its version.</param>
/// <param name="Package">The package's folder.</param>
/// <param name="Graphs">Every graph of it.</param>
internal sealed record RuntimeReport(string Runtime, string Package, IReadOnlyList<GraphReport> Graphs)
{
    /// <summary>Whether it serves at least one graph, and each that it serves as recorded.</summary>
    public bool Passed => Graphs.Any(graph => graph.Unserved is null) && Graphs.All(graph => graph.Unserved is not null || graph.Passed);
}

/// <summary>What a runtime made of a graph.</summary>
/// <param name="Graph">Its name.</param>
/// <param name="Outputs">How each output compares; empty where it could not be run.</param>
/// <param name="Fault">Why it could not be run, or null.</param>
/// <param name="Unserved">Why the runtime does not undertake to run it, or null.</param>
internal sealed record GraphReport(string Graph, IReadOnlyList<OutputVerification> Outputs, string? Fault = null, string? Unserved = null)
{
    /// <summary>Whether it ran and all outputs are within their tolerances.</summary>
    public bool Passed => Fault is null && Outputs.Count > 0 && Outputs.All(output => output.Passed);

    /// <summary>The output furthest from what was recorded, or null where none was compared.</summary>
    public OutputVerification? Worst => Outputs.MaxBy(output => output.LargestError);
}
