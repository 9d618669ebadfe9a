using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Refresh;

/// <summary>The windows that a refresh reads, one at a time. A task is in one view only: that of its partition.</summary>
/// <param name="Watermark">The largest event time seen, microseconds since 1970 UTC; null before the first event.</param>
/// <param name="Windows">From the name of a task definition to windows of it, each task once.</param>
public sealed record RefreshSource(long? Watermark, Func<string, IEnumerable<Window>> Windows)
{
    /// <summary>All windows of some partitions.</summary>
    public static RefreshSource All(params IReadOnlyList<WindowView> views) => new(
        views.Max(view => view.Watermark),
        task => views.SelectMany(view => view.Read(task)));

    /// <summary>The windows of tasks that changed, by partition; tasks that have no window any more are passed over.</summary>
    public static RefreshSource Changed(params IReadOnlyList<(WindowView View, IReadOnlyList<TaskRef> Tasks)> changes) => new(
        changes.Max(change => change.View.Watermark),
        task => changes.SelectMany(change => change.Tasks
            .Where(changed => changed.Task == task)
            .Distinct()
            .Select(changed => change.View.Find(changed.Task, changed.Key))
            .OfType<Window>()));
}
