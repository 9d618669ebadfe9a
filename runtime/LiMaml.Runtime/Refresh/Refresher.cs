using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Refresh;

/// <summary>
/// Adapts tasks to their windows by one model package and publishes the embeddings: windows → chunks → the <c>adapt</c> graph
/// → guardrails → embedding store. Thread-safe: one full and one other refresh at a time, further ones wait their turn.
/// </summary>
/// <remarks>
/// Where a model's task definitions meet each other, a sample's counterpart is found by the sample's own key columns. A
/// refresh of all windows goes through the model's rounds: all tasks start from their starting points, then in each round the
/// definitions adapt one after the other, from the last of the model's to the first, to the newest embeddings of the others.
/// What is on the way stays in memory, and the last round is judged and written. With all windows in one process that gives
/// what <see cref="Adaptation.JointEmbedder"/> gives of the same samples. Where other processes have windows too
/// (<see cref="RefreshOptions.Shared"/>), their tasks count with their embeddings of the current generation, and a refresh of
/// tasks that changed takes all counterparts from there, once, in the same order. A counterpart without an embedding counts
/// with the unadapted one of the sample's own features.
/// </remarks>
public sealed class Refresher : IDisposable
{
    private readonly string bundleId;
    private readonly int rounds;
    private readonly RefreshOptions options;
    private readonly RefreshLog? log;
    private readonly TimeProvider clock;
    private readonly List<TaskRefresh> tasks = [];
    private readonly RefreshTarget target;
    private readonly SemaphoreSlim full = new(1);
    private readonly SemaphoreSlim changed = new(1);

    private Refresher(ModelPackage package, IEmbeddingStore store, RefreshOptions options, RefreshLog? log, TimeProvider clock)
    {
        bundleId = package.Manifest.BundleId;
        rounds = package.Manifest.Model.Rounds ?? ModelSpec.DefaultRounds;
        this.options = options;
        this.log = log;
        this.clock = clock;
        target = new RefreshTarget(bundleId, store, options, clock);
        try
        {
            tasks.AddRange(package.Manifest.Model.MetaBlocks.Select(block => new TaskRefresh(package, block.Task, options)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The model whose embeddings it makes.</summary>
    public string BundleId => bundleId;

    /// <summary>What executes the graphs, and what was passed over.</summary>
    public ProviderChoice Provider => ProviderChoice.Least(tasks.Select(task => task.Provider));

    /// <summary>Loads the graphs of a package.</summary>
    /// <param name="package">The model.</param>
    /// <param name="store">Where embeddings go; not disposed.</param>
    /// <param name="options">The defaults where null.</param>
    /// <param name="log">Where records go besides being returned; none where null.</param>
    /// <param name="clock">Processing time; the system's where null.</param>
    /// <exception cref="InvalidInputException">An option is out of range, or a graph and the manifest disagree.</exception>
    public static Refresher Open(ModelPackage package, IEmbeddingStore store, RefreshOptions? options = null, RefreshLog? log = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(store);
        options ??= new RefreshOptions();
        options.Validate();
        return new Refresher(package, store, options, log, clock ?? TimeProvider.System);
    }

    /// <summary>
    /// Adapts every task that has a window and publishes all of them as a new generation, which has nothing from before: a
    /// task without a window is not in it. Where this fails or is cancelled, nothing is published and nothing left behind.
    /// </summary>
    /// <param name="source">All windows.</param>
    /// <param name="progress">Told after each chunk.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    /// <exception cref="IOException">Its record could not be written; the generation is published.</exception>
    public async Task<RefreshRecord> RunAsync(RefreshSource source, IProgress<RefreshProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        await full.WaitAsync(cancellation);
        try
        {
            var run = new RefreshRun(RefreshKind.Full, clock, progress);
            try
            {
                await target.BeginAsync(run, cancellation);
                await AdaptAllAsync(run, source, cancellation);
                await run.TimeAsync(RefreshPhase.Writing, () => target.PublishAsync(run, cancellation));
            }
            catch
            {
                await target.AbandonAsync(run);
                throw;
            }

            return Recorded(run, source);
        }
        finally
        {
            full.Release();
        }
    }

    /// <summary>
    /// Adapts some tasks and puts their embeddings into the current generation, where they are seen at once, and into the one
    /// that a full refresh is writing meanwhile, if any. Where this fails or is cancelled, some may have been put there.
    /// </summary>
    /// <param name="source">Windows of the tasks that changed.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="NotSupportedException">The embedding store takes no upserts.</exception>
    /// <exception cref="InvalidOperationException">No generation of this model is current and none is being written: a full refresh comes first.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    /// <exception cref="IOException">Its record could not be written; the embeddings are.</exception>
    public Task<RefreshRecord> RunChangedAsync(RefreshSource source, CancellationToken cancellation = default) =>
        RunCurrentAsync(source, AdaptChangedAsync, cancellation);

    /// <summary>
    /// The same for all windows of this process, where others have theirs: what meets each other goes through the model's rounds.
    /// </summary>
    /// <param name="source">All windows of this process.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="NotSupportedException">The embedding store takes no upserts.</exception>
    /// <exception cref="InvalidOperationException">No generation of this model is current and none is being written: a full refresh comes first.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    /// <exception cref="IOException">Its record could not be written; the embeddings are.</exception>
    public Task<RefreshRecord> RunAddedAsync(RefreshSource source, CancellationToken cancellation = default) =>
        RunCurrentAsync(source, AdaptAllAsync, cancellation);

    private async Task<RefreshRecord> RunCurrentAsync(RefreshSource source, Func<RefreshRun, RefreshSource, CancellationToken, Task> adapt, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        await changed.WaitAsync(cancellation);
        try
        {
            var run = new RefreshRun(RefreshKind.Changed, clock, progress: null);
            await target.EnterAsync(run, cancellation);
            try
            {
                await adapt(run, source, cancellation);
            }
            finally
            {
                await target.LeaveAsync(run);
            }

            return Recorded(run, source);
        }
        finally
        {
            changed.Release();
        }
    }

    /// <summary>
    /// Erases a task's embeddings from the store, and from what refreshes under way have read already. Erase its window first.
    /// </summary>
    public Task ForgetAsync(string task, string key, CancellationToken cancellation = default) => target.ForgetAsync(new TaskRef(task, key), cancellation);

    /// <summary>Frees the graphs; no refresh may be under way.</summary>
    public void Dispose()
    {
        foreach (var task in tasks)
        {
            task.Dispose();
        }

        full.Dispose();
        changed.Dispose();
        target.Dispose();
    }

    private async Task AdaptAllAsync(RefreshRun run, RefreshSource source, CancellationToken cancellation)
    {
        if (!tasks.Exists(task => task.Meets))
        {
            await EachAsync(run, source, tasks, (task, windows, stop) => AdaptAsync(run, task, windows, null, stop), cancellation);
            return;
        }

        var joint = new JointEmbeddings();
        await EachAsync(run, source, tasks, (task, windows, stop) => StartAsync(run, task, windows, joint, stop), cancellation);
        for (var round = 1; round < rounds; round++)
        {
            await EachAsync(run, source, LastToFirst, (task, windows, stop) => RoundAsync(run, task, windows, joint, stop), cancellation);
        }

        await EachAsync(run, source, LastToFirst, (task, windows, stop) => AdaptAsync(run, task, windows, joint, stop), cancellation);
    }

    private Task AdaptChangedAsync(RefreshRun run, RefreshSource source, CancellationToken cancellation) =>
        EachAsync(run, source, LastToFirst, (task, windows, stop) => AdaptAsync(run, task, windows, null, stop), cancellation);

    private IEnumerable<TaskRefresh> LastToFirst => tasks.AsEnumerable().Reverse();

    private async Task EachAsync(
        RefreshRun run, RefreshSource source, IEnumerable<TaskRefresh> order, Func<TaskRefresh, IReadOnlyList<Window>, CancellationToken, Task> work, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.ThreadCount, CancellationToken = cancellation };
        foreach (var task in order)
        {
            var chunks = run.Timed(WindowChunks.Of(source.Windows(task.Task), task.SupportCapacity, options.ChunkRows));
            await Parallel.ForEachAsync(chunks, parallel, async (windows, stop) => await work(task, windows, stop));
        }
    }

    private static Task StartAsync(RefreshRun run, TaskRefresh task, IReadOnlyList<Window> windows, JointEmbeddings joint, CancellationToken cancellation)
    {
        var rows = run.Time(RefreshPhase.Encoding, () => task.Encode(windows));
        var adapted = run.Time(RefreshPhase.Adapting, () => task.Adapt(rows, null, cancellation));
        foreach (var (place, window) in windows.Index())
        {
            joint.Set(new TaskRef(task.Task, window.Key), task.Vector(adapted.Starts, place));
        }

        return Task.CompletedTask;
    }

    private async Task RoundAsync(RefreshRun run, TaskRefresh task, IReadOnlyList<Window> windows, JointEmbeddings joint, CancellationToken cancellation)
    {
        var (rows, adapted) = await MeetAsync(run, task, windows, joint, cancellation);
        run.Time(RefreshPhase.Adapting, () =>
        {
            task.Undo(rows, adapted);
            return true;
        });
        foreach (var (place, window) in windows.Index())
        {
            joint.Set(new TaskRef(task.Task, window.Key), task.Vector(adapted.Embeddings, place));
        }
    }

    private async Task AdaptAsync(RefreshRun run, TaskRefresh task, IReadOnlyList<Window> windows, JointEmbeddings? joint, CancellationToken cancellation)
    {
        var (rows, adapted) = await MeetAsync(run, task, windows, joint, cancellation);
        var current = await run.TimeAsync(RefreshPhase.Comparing, () => target.ReadAsync(task.Task, [.. windows.Select(window => window.Key)], cancellation));
        var refreshed = run.Time(RefreshPhase.Comparing, () => task.Judge(windows, rows, adapted, current));
        await run.TimeAsync(RefreshPhase.Writing, () => target.WriteAsync(run, task.Task, refreshed, cancellation));
        foreach (var embedding in refreshed.Select(one => one.Embedding).OfType<StoredEmbedding>())
        {
            joint?.Set(new TaskRef(embedding.Task, embedding.Key), embedding.Vector);
        }
    }

    /// <summary>Adapts to what the samples met.</summary>
    private async Task<(TaskRows Rows, AdaptedTasks Adapted)> MeetAsync(RefreshRun run, TaskRefresh task, IReadOnlyList<Window> windows, JointEmbeddings? joint, CancellationToken cancellation)
    {
        var rows = run.Time(RefreshPhase.Encoding, () => task.Encode(windows));
        var counterparts = task.Meets ? await CounterpartsAsync(run, task.MeetingsOf(windows), joint, cancellation) : null;
        return (rows, run.Time(RefreshPhase.Adapting, () => task.Adapt(rows, counterparts, cancellation)));
    }

    private async Task<Counterparts> CounterpartsAsync(RefreshRun run, Meetings meetings, JointEmbeddings? joint, CancellationToken cancellation)
    {
        var known = new List<IReadOnlyList<ReadOnlyMemory<float>?>>();
        foreach (var (place, (definition, _)) in meetings.Definitions.Index())
        {
            TaskRef[] met = [.. meetings.Keys[place].Select(key => new TaskRef(definition, key))];
            var found = Array.ConvertAll(met, task => run.Forgot(task) ? null : joint?.Of(task));
            if (joint is null || options.Shared)
            {
                int[] lacking = [.. Enumerable.Range(0, met.Length).Where(index => found[index] is null && !run.Forgot(met[index]))];
                var stored = await run.TimeAsync(RefreshPhase.Comparing, () => target.ReadAsync(definition, [.. lacking.Select(index => met[index].Key)], cancellation));
                foreach (var (index, embedding) in lacking.Zip(stored))
                {
                    found[index] = embedding?.Vector;
                }
            }

            known.Add(found);
        }

        return meetings.With(known);
    }

    private RefreshRecord Recorded(RefreshRun run, RefreshSource source)
    {
        var record = run.Record(bundleId, source.Watermark);
        log?.Append(record);
        return record;
    }
}
