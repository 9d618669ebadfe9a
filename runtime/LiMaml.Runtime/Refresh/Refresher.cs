using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Refresh;

/// <summary>
/// Adapts tasks to their windows by one model package and publishes the embeddings: windows → chunks → the <c>adapt</c> graph
/// → guardrails → embedding store. Thread-safe: one full and one other refresh at a time, further ones wait their turn.
/// </summary>
public sealed class Refresher : IDisposable
{
    private readonly string bundleId;
    private readonly RefreshOptions options;
    private readonly RefreshLog? log;
    private readonly TimeProvider clock;
    private readonly List<TaskRefresh> tasks = [];
    private readonly RefreshTarget target;
    private readonly SemaphoreSlim full = new(1);
    private readonly SemaphoreSlim changed = new(1);

    private Refresher(ModelPackage package, IEmbeddingStore store, RefreshOptions options, RefreshLog? log, TimeProvider clock)
    {
        if (package.Manifest.Model.Global.Interaction is Interaction.Pairwise)
        {
            throw new InvalidInputException(
                $"package {package.Folder}, interaction", "pairwise", "another one: task definitions that meet each other are refreshed together, by 'limaml embed'");
        }

        bundleId = package.Manifest.BundleId;
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
    /// <exception cref="InvalidInputException">An option is out of range, a graph and the manifest disagree, or the model's task definitions meet each other (<see cref="Interaction.Pairwise"/>).</exception>
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
                await AdaptAsync(run, source, cancellation);
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
    public async Task<RefreshRecord> RunChangedAsync(RefreshSource source, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        await changed.WaitAsync(cancellation);
        try
        {
            var run = new RefreshRun(RefreshKind.Changed, clock, progress: null);
            await target.EnterAsync(run, cancellation);
            try
            {
                await AdaptAsync(run, source, cancellation);
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

    private async Task AdaptAsync(RefreshRun run, RefreshSource source, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.ThreadCount, CancellationToken = cancellation };
        foreach (var task in tasks)
        {
            var chunks = run.Timed(WindowChunks.Of(source.Windows(task.Task), task.SupportCapacity, options.ChunkRows));
            await Parallel.ForEachAsync(chunks, parallel, async (windows, stop) => await AdaptAsync(run, task, windows, stop));
        }
    }

    private async Task AdaptAsync(RefreshRun run, TaskRefresh task, IReadOnlyList<Window> windows, CancellationToken cancellation)
    {
        var rows = run.Time(RefreshPhase.Encoding, () => task.Encode(windows));
        var adapted = run.Time(RefreshPhase.Adapting, () => task.Adapt(rows, cancellation));
        var current = await run.TimeAsync(RefreshPhase.Comparing, () => target.ReadAsync(task.Task, [.. windows.Select(window => window.Key)], cancellation));
        var refreshed = run.Time(RefreshPhase.Comparing, () => task.Judge(windows, rows, adapted, current));
        await run.TimeAsync(RefreshPhase.Writing, () => target.WriteAsync(run, task.Task, refreshed, cancellation));
    }

    private RefreshRecord Recorded(RefreshRun run, RefreshSource source)
    {
        var record = run.Record(bundleId, source.Watermark);
        log?.Append(record);
        return record;
    }
}
