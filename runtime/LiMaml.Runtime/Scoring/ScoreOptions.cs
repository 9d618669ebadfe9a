using LiMaml.Models.Datasets;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Scoring;

/// <summary>What is scored, and with what.</summary>
public sealed record ScoreOptions
{
    /// <summary>The task definition whose copy of the rows is read; null takes the model's only or first one.</summary>
    public string? Task { get; init; }

    /// <summary>The rows to score. Test rows by default.</summary>
    public Split Split { get; init; } = Split.Test;

    /// <summary>A snapshot of meta embeddings of the task definition that is read, or a folder with one for each definition of the model; null scores every row with its unadapted embeddings.</summary>
    public string? Snapshot { get; init; }

    /// <summary>Whether an existing output may be replaced. False by default.</summary>
    public bool Overwrite { get; init; }

    /// <summary>How the graphs are executed.</summary>
    public GraphOptions Graphs { get; init; } = new();
}

/// <summary>What <see cref="BatchScorer"/> did.</summary>
/// <param name="RowCount">Rows scored.</param>
/// <param name="ColdRowCount">Of these, rows scored with an unadapted embedding of the task definition that was read.</param>
/// <param name="TaskCount">Tasks that the rows belong to.</param>
/// <param name="ColdTaskCount">Of these, tasks that the snapshot lacks; all of them without a snapshot.</param>
/// <param name="Elapsed">Time taken.</param>
/// <param name="Provider">What executed the graphs, and what was passed over.</param>
public sealed record ScoreReport(long RowCount, long ColdRowCount, long TaskCount, long ColdTaskCount, TimeSpan Elapsed, ProviderChoice Provider);
