namespace LiMaml.Cli.Runtimes;

/// <summary>What a program prints for a package, as one line of JSON.</summary>
internal sealed record RuntimeFindings(string Runtime, string Package, IReadOnlyList<GraphFindings> Graphs);

/// <summary>For a graph: either its outputs, or why it could not be run, or why the runtime does not undertake to run it.</summary>
internal sealed record GraphFindings(string Graph, IReadOnlyList<OutputFindings>? Outputs, string? Fault, string? Unserved);

/// <summary>For an output: the largest |a − b| ÷ max(1, |b|) over all cases, null where that is infinite.</summary>
internal sealed record OutputFindings(string Output, int CaseCount, double? LargestError, string WorstCase);
