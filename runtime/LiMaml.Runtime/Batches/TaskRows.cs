using LiMaml.Models.Datasets;

namespace LiMaml.Runtime.Batches;

/// <summary>One task's rows within a <see cref="RowGroup"/>, oldest first.</summary>
/// <param name="Start">Its oldest support sample.</param>
/// <param name="Count">Support samples; 0 for a task without history.</param>
/// <param name="Latest">
/// The row whose meta features the embedding is made for: the newest support sample, or, for a task without history,
/// any row that carries its meta features.
/// </param>
public readonly record struct TaskRange(int Start, int Count, int Latest)
{
    /// <summary>The task whose samples are the <paramref name="count"/> rows from <paramref name="start"/> on; at least 1.</summary>
    public static TaskRange Of(int start, int count) => new(start, count, start + count - 1);
}

/// <summary>Some tasks with their rows.</summary>
/// <param name="Rows">Rows of all the tasks.</param>
/// <param name="Tasks">Which rows belong to which task.</param>
public sealed record TaskRows(RowGroup Rows, IReadOnlyList<TaskRange> Tasks);
