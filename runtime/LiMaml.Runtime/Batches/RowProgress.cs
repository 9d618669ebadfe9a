namespace LiMaml.Runtime.Batches;

/// <summary>How far a pass over a dataset is.</summary>
/// <param name="RowsDone">Rows read so far.</param>
/// <param name="RowCount">Rows there are.</param>
/// <param name="Elapsed">Time since the pass began.</param>
public readonly record struct RowProgress(long RowsDone, long RowCount, TimeSpan Elapsed)
{
    /// <summary>Rows a second since the pass began; 0 before any time has passed.</summary>
    public double RowsPerSecond => Elapsed > TimeSpan.Zero ? RowsDone / Elapsed.TotalSeconds : 0;

    /// <summary>Time left at this rate; null while the rate is unknown.</summary>
    public TimeSpan? Remaining => RowsPerSecond > 0 ? TimeSpan.FromSeconds((RowCount - RowsDone) / RowsPerSecond) : null;
}
