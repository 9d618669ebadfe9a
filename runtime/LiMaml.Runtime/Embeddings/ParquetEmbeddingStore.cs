using LiMaml.Models;
using LiMaml.Models.Json;

namespace LiMaml.Runtime.Embeddings;

/// <summary>
/// Embeddings as snapshot files that anything can read which reads Parquet: <c>‹task›/‹generation›-‹bundle›.parquet</c>, and
/// <c>current.json</c>, replaced in one step, which says which of them are current. Reads go to memory.
/// </summary>
/// <remarks>
/// A published file does not change (but for tasks that are forgotten), so there are no upserts: for adapting tasks
/// continuously take another store. A generation is in memory alone until it is flipped to, and is lost with the process.
/// Files are stamped with the newest event time that their embeddings have seen. One process at a time may write to a folder.
/// </remarks>
public sealed class ParquetEmbeddingStore : IEmbeddingStore
{
    private const string PointersFile = "current.json";

    private readonly EmbeddingIndex index = new();
    private readonly SnapshotFolder snapshots;
    private readonly string pointersFile;
    private readonly SemaphoreSlim writing = new(1);

    private ParquetEmbeddingStore(string folder)
    {
        snapshots = new SnapshotFolder(folder);
        pointersFile = Path.Combine(folder, PointersFile);
    }

    /// <inheritdoc/>
    public bool AcceptsUpserts => false;

    /// <summary>Opens the store in <paramref name="folder"/>, made where it is missing; loads what is published and deletes snapshots that are not.</summary>
    /// <exception cref="InvalidInputException"><c>current.json</c> or a snapshot is not what it must be.</exception>
    public static async Task<ParquetEmbeddingStore> OpenAsync(string folder, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(folder);
        var store = new ParquetEmbeddingStore(folder);
        await store.LoadAsync(cancellation);
        return store;
    }

    /// <inheritdoc/>
    public Task<EmbeddingPointer?> CurrentAsync(CancellationToken ct) => Task.FromResult(index.Pointers.Current);

    /// <inheritdoc/>
    public Task<EmbeddingPointer?> PreviousAsync(CancellationToken ct) => Task.FromResult(index.Pointers.Previous);

    /// <inheritdoc/>
    public Task WriteAsync(string bundleId, long generation, IReadOnlyList<StoredEmbedding> embeddings, CancellationToken ct)
    {
        var firsts = EmbeddingChecks.Write(bundleId, generation, embeddings);
        return ChangeAsync(
            () =>
            {
                if (index.Pointers.Current?.Names(bundleId, generation) == true)
                {
                    throw new NotSupportedException("Parquet snapshots take no upserts: a published generation does not change. To adapt tasks continuously, keep embeddings in the local store, Redis or Kafka.");
                }

                var target = index.Write(bundleId, generation);
                target.Check(firsts);
                target.Upsert(embeddings);
                return Task.CompletedTask;
            },
            ct);
    }

    /// <inheritdoc/>
    public Task FlipAsync(EmbeddingPointer pointer, CancellationToken ct) => ChangeAsync(
        async () =>
        {
            var (pointers, dropped) = index.Plan(pointer);
            if (!index.Pointers.Have(pointer.BundleId, pointer.Generation))
            {
                await snapshots.WriteAsync(index.All.First(generation => pointer.Names(generation.BundleId, generation.Number)), ct);
            }

            ContractJson.Write(pointersFile, PublishedSnapshots.Of(pointers, index.All));
            index.Publish(pointers);
            if (dropped is not null)
            {
                snapshots.Delete(dropped.BundleId, dropped.Number);
            }
        },
        ct);

    /// <inheritdoc/>
    public Task DiscardAsync(string bundleId, long generation, CancellationToken ct) => ChangeAsync(
        () =>
        {
            if (index.Discard(bundleId, generation))
            {
                snapshots.Delete(bundleId, generation); // of a flip that failed half-way
            }

            return Task.CompletedTask;
        },
        ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEmbedding?>> ReadAsync(EmbeddingPointer pointer, string task, IReadOnlyList<string> keys, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<StoredEmbedding?>>(index.Read(pointer).Find(task, keys));

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredEmbedding> ReadAllAsync(EmbeddingPointer pointer, CancellationToken ct) => index.Read(pointer).All().ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task ForgetAsync(string task, string key, CancellationToken ct) => ChangeAsync(
        async () =>
        {
            foreach (var generation in index.All.Where(generation => index.Pointers.Have(generation.BundleId, generation.Number)))
            {
                await snapshots.ForgetAsync(generation, task, key, ct);
            }

            index.Forget(task, key);
        },
        ct);

    /// <summary>Waits for the write in progress.</summary>
    public async ValueTask DisposeAsync()
    {
        await writing.WaitAsync();
        writing.Release();
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var published = File.Exists(pointersFile) ? ContractJson.Read<PublishedSnapshots>(pointersFile) : PublishedSnapshots.None;
        var generations = new List<EmbeddingGeneration>();
        foreach (var generation in new[] { published.Current, published.Previous }.OfType<PublishedSnapshots.Generation>())
        {
            generations.Add(await snapshots.LoadAsync(generation.Pointer, generation.Tasks, cancellation));
        }

        var pointers = published.Pointers(pointersFile);
        snapshots.DeleteUnpublished(pointers);
        index.Restore(pointers, generations);
    }

    private async Task ChangeAsync(Func<Task> change, CancellationToken ct)
    {
        await writing.WaitAsync(ct);
        try
        {
            await change();
        }
        finally
        {
            writing.Release();
        }
    }
}
