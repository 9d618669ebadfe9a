namespace LiMaml.Runtime.Verification;

/// <summary>How one output of a graph compares with what training recorded for it.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Output">The output.</param>
/// <param name="CaseCount">Recorded cases replayed.</param>
/// <param name="LargestError">
/// The largest |a − b| ÷ max(1, |b|) over all elements of all cases, a computed here and b recorded: relative for large
/// values, absolute below 1. Infinite where one of them is not finite and the other differs.
/// </param>
/// <param name="WorstCase">The case it occurred in; empty without cases.</param>
/// <param name="Tolerance">Largest error allowed.</param>
public sealed record OutputVerification(string Graph, string Output, int CaseCount, double LargestError, string WorstCase, double Tolerance)
{
    /// <summary>Whether at least one case was replayed, and none beyond the tolerance.</summary>
    public bool Passed => CaseCount > 0 && LargestError <= Tolerance;
}

/// <summary>How a package's graphs compare with what training recorded for them.</summary>
/// <param name="BundleId">The package's bundle.</param>
/// <param name="Provider">What executed the graphs, and what was passed over.</param>
/// <param name="Outputs">Every output of every graph, in the order of the manifest.</param>
public sealed record VerificationReport(string BundleId, Graphs.ProviderChoice Provider, IReadOnlyList<OutputVerification> Outputs)
{
    /// <summary>Whether every output passed.</summary>
    public bool Passed => Outputs.Count > 0 && Outputs.All(output => output.Passed);

    /// <summary>The largest error of all outputs.</summary>
    public double LargestError => Outputs.Select(output => output.LargestError).DefaultIfEmpty(0).Max();
}
