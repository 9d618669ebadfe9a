namespace LiMaml.Preparation;

/// <summary>Numbers the stages and passes them on.</summary>
internal sealed class StageReport(IProgress<PrepareProgress>? progress, int stepCount)
{
    private string stage = "";
    private int step;
    private long? total;

    public void Next(string name, long? totalRowCount = null)
    {
        (stage, total) = (name, totalRowCount);
        step++;
        progress?.Report(new PrepareProgress(stage, step, stepCount, total is null ? null : 0, total));
    }

    public void Rows(long count) => progress?.Report(new PrepareProgress(stage, step, stepCount, count, total));
}
