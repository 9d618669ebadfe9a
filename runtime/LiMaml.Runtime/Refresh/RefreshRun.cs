using System.Collections.Concurrent;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Refresh;

/// <summary>A refresh under way.</summary>
/// <param name="kind">Which tasks it is for.</param>
/// <param name="clock">For durations.</param>
/// <param name="progress">Told after each chunk.</param>
internal sealed class RefreshRun(RefreshKind kind, TimeProvider clock, IProgress<RefreshProgress>? progress)
{
    private readonly HashSet<TaskRef> excluded = [];
    private readonly ConcurrentDictionary<TaskRef, bool> forgotten = new();
    private readonly DateTimeOffset started = clock.GetUtcNow();
    private readonly long began = clock.GetTimestamp();
    private readonly RefreshTotals totals = new();

    /// <summary>The generation written; 0 until it is known.</summary>
    public long Generation { get; set; }

    /// <summary>From now on the task's embedding is not for this run to write: it was forgotten, or adapted to something newer. To be called while nothing is written.</summary>
    public void Exclude(TaskRef task) => excluded.Add(task);

    /// <summary>The task was forgotten: its embedding is not for this run to write, nor to be met. To be called while nothing is written.</summary>
    public void Forget(TaskRef task)
    {
        forgotten[task] = true;
        Exclude(task);
    }

    /// <summary>Whether the task was forgotten since this run began.</summary>
    public bool Forgot(TaskRef task) => forgotten.ContainsKey(task);

    /// <summary>Whether the task is for this run to write. To be called while nothing is written.</summary>
    public bool Includes(TaskRef task) => !excluded.Contains(task);

    /// <summary>Does a part of the work and adds its time.</summary>
    public T Time<T>(RefreshPhase phase, Func<T> work)
    {
        var start = clock.GetTimestamp();
        try
        {
            return work();
        }
        finally
        {
            totals.Add(phase, clock.GetElapsedTime(start));
        }
    }

    /// <summary>Does a part of the work and adds its time.</summary>
    public async Task<T> TimeAsync<T>(RefreshPhase phase, Func<Task<T>> work)
    {
        var start = clock.GetTimestamp();
        try
        {
            return await work();
        }
        finally
        {
            totals.Add(phase, clock.GetElapsedTime(start));
        }
    }

    /// <summary>The items of <paramref name="source"/>, the time they take added to reading.</summary>
    public IEnumerable<T> Timed<T>(IEnumerable<T> source)
    {
        using var items = source.GetEnumerator();
        while (Time(RefreshPhase.Reading, items.MoveNext))
        {
            yield return items.Current;
        }
    }

    /// <summary>Adds a chunk whose embeddings are written.</summary>
    public void Add(string task, IReadOnlyList<RefreshedTask> chunk)
    {
        var done = totals.Add(task, chunk, clock.GetElapsedTime(began));
        progress?.Report(done);
    }

    /// <summary>What it did.</summary>
    public RefreshRecord Record(string bundleId, long? watermark) => totals.Record(kind, bundleId, Generation, watermark, started, clock.GetUtcNow());
}
