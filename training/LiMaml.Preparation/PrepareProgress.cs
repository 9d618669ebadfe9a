namespace LiMaml.Preparation;

/// <summary>What <see cref="Preparer"/> is doing.</summary>
/// <param name="Stage">A phrase for people, e.g. "reading interactions".</param>
/// <param name="Step">Its number, from 1.</param>
/// <param name="StepCount">How many stages there are.</param>
/// <param name="RowCount">Rows done in this stage, or null where it is not known.</param>
/// <param name="TotalRowCount">Rows to be done in this stage, or null where it is not known.</param>
public sealed record PrepareProgress(string Stage, int Step, int StepCount, long? RowCount = null, long? TotalRowCount = null);
