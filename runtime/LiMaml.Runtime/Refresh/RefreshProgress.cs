namespace LiMaml.Runtime.Refresh;

/// <summary>How far a refresh is.</summary>
/// <param name="TaskCount">Tasks whose embeddings are written.</param>
/// <param name="SampleCount">Support samples that these were adapted to.</param>
/// <param name="Elapsed">Time since it began.</param>
public sealed record RefreshProgress(long TaskCount, long SampleCount, TimeSpan Elapsed);
