namespace LiMaml.Runtime.Windows;

/// <summary>How much a store holds.</summary>
/// <param name="TaskCount">Windows.</param>
/// <param name="SampleCount">Samples on disk, those included that are to be dropped when their tasks are swept.</param>
/// <param name="DirtyCount">Tasks marked dirty.</param>
/// <param name="DiskBytes">Bytes on disk, roughly.</param>
public sealed record WindowTotals(long TaskCount, long SampleCount, long DirtyCount, long DiskBytes);
