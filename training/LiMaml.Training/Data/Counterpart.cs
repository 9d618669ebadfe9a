using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Data;

/// <summary>Another task definition as the rows of one definition meet it: its tasks, and the meta embeddings they have now.</summary>
internal sealed class Counterpart : IDisposable
{
    private readonly Tensor tasks;
    private Tensor embeddings;

    /// <param name="task">The other definition.</param>
    /// <param name="tasks">For each row the number of its task there; the number after the last where it has none.</param>
    /// <param name="taskCount">Tasks there.</param>
    /// <param name="embeddingSize">Numbers in a meta embedding of theirs.</param>
    /// <param name="device">Where both are kept.</param>
    public Counterpart(string task, long[] tasks, int taskCount, int embeddingSize, Device device)
    {
        Task = task;
        this.tasks = tensor(tasks, device: device).DetachFromDisposeScope();
        embeddings = zeros(taskCount + 1, embeddingSize, device: device).DetachFromDisposeScope();
    }

    /// <summary>The other definition.</summary>
    public string Task { get; }

    /// <summary>Takes over the embeddings of all its tasks [tasks, embedding]; a row without a task there meets zeros.</summary>
    public void Set(Tensor table)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        embeddings.narrow(0, 0, table.shape[0]).copy_(table);
    }

    /// <summary>The embeddings that rows meet [.. shape, embedding], constant.</summary>
    public Tensor Of(Tensor rows, long[] shape, ScalarType precision) =>
        embeddings.index_select(0, tasks.index_select(0, rows)).reshape([.. shape, embeddings.shape[1]]).to_type(precision);

    public void Dispose()
    {
        tasks.Dispose();
        embeddings.Dispose();
    }
}
