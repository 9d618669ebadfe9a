using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Refresh;

/// <summary>
/// Where refreshes under way write. It keeps them out of each other's way: one writes at a time, and a full refresh, which
/// takes long, does not overwrite what was adapted to newer windows meanwhile or bring back what was forgotten.
/// </summary>
/// <param name="bundleId">The model.</param>
/// <param name="store">The store.</param>
/// <param name="options">How long to wait for the store.</param>
/// <param name="clock">Processing time.</param>
internal sealed class RefreshTarget(string bundleId, IEmbeddingStore store, RefreshOptions options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan DiscardTimeout = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim writing = new(1);
    private readonly List<RefreshRun> runs = [];
    private RefreshRun? full;

    /// <summary>Begins a generation for a full refresh.</summary>
    public async Task BeginAsync(RefreshRun run, CancellationToken cancellation)
    {
        var current = await WaitAsync(() => store.CurrentAsync(cancellation), cancellation);
        var previous = await WaitAsync(() => store.PreviousAsync(cancellation), cancellation);
        run.Generation = new PublishedPointers(PublishedPointers.CurrentFormatVersion, current, previous).NextGeneration;
        if (!options.Shared)
        {
            await store.DiscardAsync(bundleId, run.Generation, cancellation); // what a process left there that is gone
        }

        await store.WriteAsync(bundleId, run.Generation, [], cancellation);
        await ExclusiveAsync(() => Task.FromResult(Begun(run)), cancellation);
    }

    /// <summary>Lets a refresh of changed tasks in.</summary>
    /// <exception cref="NotSupportedException">The store takes no upserts.</exception>
    /// <exception cref="InvalidOperationException">There is no generation to write to.</exception>
    public Task EnterAsync(RefreshRun run, CancellationToken cancellation) => store.AcceptsUpserts
        ? ExclusiveAsync(
            async () =>
            {
                run.Generation = (await GenerationsAsync(cancellation))[0];
                runs.Add(run);
                return run;
            },
            cancellation)
        : throw new NotSupportedException("the embedding store takes no upserts: to adapt tasks as they change, keep embeddings in the local store, Redis or Kafka.");

    /// <summary>Ends a refresh of changed tasks.</summary>
    public Task LeaveAsync(RefreshRun run) => ExclusiveAsync(() => Task.FromResult(runs.Remove(run)), CancellationToken.None);

    /// <summary>Makes the generation of a full refresh current.</summary>
    public Task<bool> PublishAsync(RefreshRun run, CancellationToken cancellation) => ExclusiveAsync(
        async () =>
        {
            await store.FlipAsync(new EmbeddingPointer(bundleId, run.Generation, clock.GetUtcNow()), cancellation);
            full = null;
            return runs.Remove(run);
        },
        cancellation);

    /// <summary>Deletes the generation of a full refresh that failed; where the store does not answer soon, that is left to the next refresh.</summary>
    public Task AbandonAsync(RefreshRun run) => ExclusiveAsync(
        async () =>
        {
            full = null;
            runs.Remove(run);
            if (run.Generation == 0 || options.Shared)
            {
                return false;
            }

            using var limit = new CancellationTokenSource(DiscardTimeout, clock);
            try
            {
                await store.DiscardAsync(bundleId, run.Generation, limit.Token);
                return true;
            }
            catch (Exception fault) when (fault is OperationCanceledException or NotSupportedException or EmbeddingStoreUnavailableException)
            {
                return false; // not answered, or the flip had taken effect after all
            }
        },
        CancellationToken.None);

    /// <summary>The tasks' current embeddings where they are of this model.</summary>
    public async Task<IReadOnlyList<StoredEmbedding?>> ReadAsync(string task, IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        try
        {
            return await WaitAsync(() => CurrentAsync(task, keys, cancellation), cancellation);
        }
        catch (GenerationUnavailableException)
        {
            return new StoredEmbedding?[keys.Count]; // flipped away twice since its pointer was read
        }
    }

    /// <summary>Writes a chunk.</summary>
    public Task<bool> WriteAsync(RefreshRun run, string task, IReadOnlyList<RefreshedTask> chunk, CancellationToken cancellation) => ExclusiveAsync(
        async () =>
        {
            StoredEmbedding[] embeddings = [.. chunk.Select(refreshed => refreshed.Embedding).OfType<StoredEmbedding>()
                .Where(embedding => run.Includes(new TaskRef(embedding.Task, embedding.Key)))];
            foreach (var generation in run == full ? [run.Generation] : await GenerationsAsync(cancellation))
            {
                await store.WriteAsync(bundleId, generation, embeddings, cancellation);
            }

            if (full is not null && full != run)
            {
                Array.ForEach(embeddings, embedding => full.Exclude(new TaskRef(embedding.Task, embedding.Key)));
            }

            run.Add(task, chunk);
            return true;
        },
        cancellation);

    /// <summary>Erases a task from the store and from all refreshes under way.</summary>
    public Task ForgetAsync(TaskRef task, CancellationToken cancellation) => ExclusiveAsync(
        async () =>
        {
            runs.ForEach(run => run.Forget(task));
            await store.ForgetAsync(task.Task, task.Key, cancellation);
            return true;
        },
        cancellation);

    /// <inheritdoc/>
    public void Dispose() => writing.Dispose();

    private RefreshRun Begun(RefreshRun run)
    {
        runs.Add(run);
        return full = run;
    }

    private async Task<IReadOnlyList<StoredEmbedding?>> CurrentAsync(string task, IReadOnlyList<string> keys, CancellationToken cancellation) =>
        await store.CurrentAsync(cancellation) is { } pointer && pointer.BundleId == bundleId
            ? await store.ReadAsync(pointer, task, keys, cancellation)
            : new StoredEmbedding?[keys.Count];

    /// <summary>Generations that changed tasks go to: the current one first.</summary>
    private async Task<IReadOnlyList<long>> GenerationsAsync(CancellationToken cancellation)
    {
        var current = await WaitAsync(() => store.CurrentAsync(cancellation), cancellation);
        long?[] generations = [current?.BundleId == bundleId ? current.Generation : null, full?.Generation];
        return generations.Any(generation => generation is not null)
            ? [.. generations.OfType<long>()]
            : throw new InvalidOperationException($"no generation of bundle {bundleId} is current: run a full refresh first.");
    }

    private async Task<T> WaitAsync<T>(Func<Task<T>> read, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await read();
            }
            catch (EmbeddingStoreUnavailableException)
            {
                await Task.Delay(options.StoreRetry, clock, cancellation);
            }
        }
    }

    private async Task<T> ExclusiveAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            return await work();
        }
        finally
        {
            writing.Release();
        }
    }
}
