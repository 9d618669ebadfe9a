using LiMaml.Models.Packages;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Serving;

/// <summary>One run of a graph for several requests, each of which gets its own rows back. One request alone runs in its own memory.</summary>
internal static class CombinedRun
{
    /// <summary>Executes runs of the same graph; each of them is completed, whatever happens.</summary>
    public static void Execute(IReadOnlyList<WaitingRun> runs)
    {
        if (runs is [var only])
        {
            Alone(only);
            return;
        }

        try
        {
            Together(runs);
        }
        catch (Exception)
        {
            // One request's rows must not fail the others'.
            foreach (var run in runs)
            {
                Alone(run);
            }

            return;
        }

        foreach (var run in runs)
        {
            run.Succeed();
        }
    }

    private static void Alone(WaitingRun run)
    {
        try
        {
            run.Batch.Run();
        }
        catch (Exception error)
        {
            run.Fail(error);
            return;
        }

        run.Succeed();
    }

    private static void Together(IReadOnlyList<WaitingRun> runs)
    {
        var session = runs[0].Batch.Session;
        var rows = runs.Sum(run => run.Rows);
        using var batch = session.Rent();
        batch.Resize((session.Graph.Kind == GraphKind.Meta ? GraphTensorNames.TasksAxis : GraphTensorNames.RowsAxis, BatchShape.SizeFor(rows)));
        var first = 0;
        foreach (var run in runs)
        {
            batch.CopyInputs(run.Batch, 0, first, run.Rows);
            first += run.Rows;
        }

        batch.Run();
        first = 0;
        foreach (var run in runs)
        {
            run.Batch.CopyOutputs(batch, first, 0, run.Rows);
            first += run.Rows;
        }
    }
}
