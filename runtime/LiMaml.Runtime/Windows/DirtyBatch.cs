namespace LiMaml.Runtime.Windows;

/// <summary>
/// Tasks whose windows changed. They stay marked in the store until <see cref="Complete"/>, so that a crash forgets none;
/// until then, or until this is disposed, they are not handed out again.
/// </summary>
public sealed class DirtyBatch : IDisposable
{
    /// <summary>The tasks, each once.</summary>
    public IReadOnlyList<TaskRef> Tasks { get; } = [];

    /// <summary>Takes the marks away, except those of tasks that changed again after they were taken.</summary>
    public void Complete() => throw new NotImplementedException();

    /// <summary>Gives back what was not completed, to be handed out again.</summary>
    public void Dispose() => throw new NotImplementedException();
}
