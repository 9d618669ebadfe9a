using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Serving;

/// <summary>A graph's run that waits for its turn.</summary>
/// <param name="batch">Inputs and, after the run, outputs.</param>
/// <param name="rows">Rows of it that are not padding.</param>
/// <param name="arrival">Timestamp of the clock.</param>
internal sealed class WaitingRun(GraphBatch batch, int rows, long arrival)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GraphBatch Batch => batch;

    public int Rows => rows;

    public long Arrival => arrival;

    /// <summary>Completes with the run.</summary>
    public Task Done => done.Task;

    public void Succeed() => done.SetResult();

    public void Fail(Exception error) => done.SetException(error);
}
