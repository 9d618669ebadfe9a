using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Adaptation;

/// <summary>Counts what an embedding of many tasks did.</summary>
internal sealed class EmbedTotals
{
    private long taskCount;
    private long rowCount;
    private long diverged;
    private double before;
    private double after;

    public void Add(AdaptedTasks adapted, int divergedCount, long rowsRead)
    {
        diverged += divergedCount;
        rowCount = rowsRead;
        taskCount += adapted.LossBefore.Length;
        before += adapted.LossBefore.Sum(loss => (double)loss);
        after += adapted.LossAfter.Sum(loss => (double)loss);
    }

    public EmbedReport Report(DateTimeOffset asOf, TimeSpan elapsed, ProviderChoice provider) =>
        new(taskCount, diverged, rowCount, asOf, before / Math.Max(1, taskCount), after / Math.Max(1, taskCount), elapsed, provider);
}
