namespace LiMaml.Runtime.Serving;

/// <summary>What a <see cref="ScoringService"/> has done since it began.</summary>
/// <param name="Requests">Requests that were scored.</param>
/// <param name="Rows">Rows of them.</param>
/// <param name="Joins">Embeddings that were looked up: rows × task definitions of the requests that named tasks.</param>
/// <param name="ColdJoins">Those of them that no generation had: unadapted ones were used.</param>
/// <param name="Runs">Runs of graphs; fewer than requests where some shared one.</param>
/// <param name="RunRows">Rows of them.</param>
/// <param name="Refused">Requests refused because too many waited.</param>
/// <param name="TimedOut">Requests that waited too long.</param>
public sealed record ScoringCounts(long Requests, long Rows, long Joins, long ColdJoins, long Runs, long RunRows, long Refused, long TimedOut);
