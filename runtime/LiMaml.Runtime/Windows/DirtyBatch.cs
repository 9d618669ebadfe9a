namespace LiMaml.Runtime.Windows;

/// <summary>
/// Tasks whose windows changed. They stay marked in the store until <see cref="Complete"/>, so that a crash forgets none;
/// until then, or until this is disposed, they are not handed out again.
/// </summary>
public sealed class DirtyBatch : IDisposable
{
    private readonly WindowStore store;
    private readonly IReadOnlyList<(TaskRef Task, byte[] Mark)> batch;
    private bool ended;

    internal DirtyBatch(WindowStore store, IReadOnlyList<(TaskRef Task, byte[] Mark)> batch)
    {
        this.store = store;
        this.batch = batch;
        Tasks = [.. batch.Select(entry => entry.Task)];
    }

    /// <summary>The tasks, each once.</summary>
    public IReadOnlyList<TaskRef> Tasks { get; }

    /// <summary>Takes the marks away, except those of tasks that changed again after they were taken.</summary>
    /// <exception cref="ObjectDisposedException">The store is closed: the marks stay.</exception>
    public void Complete() => End(complete: true);

    /// <summary>Gives back what was not completed, to be handed out again.</summary>
    public void Dispose() => End(complete: false);

    private void End(bool complete)
    {
        if (!ended)
        {
            store.End(batch, complete);
            ended = true;
        }
    }
}
