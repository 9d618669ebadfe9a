using LiMaml.Models;

namespace LiMaml.Runtime.Embeddings;

/// <summary>
/// Embeddings in the memory of this process, where all reads go, and in RocksDB on its disk, from where they come back after a
/// restart. Takes upserts. Memory: the current and the previous generation, and the one being written.
/// </summary>
/// <remarks>
/// A flip is on the disk when it returns, with all that was written before. An upsert survives the end of the process, at
/// once; the last seconds of them may not survive that of the machine. One process at a time can open a folder.
/// </remarks>
public sealed class LocalEmbeddingStore : IEmbeddingStore
{
    private readonly EmbeddingIndex index = new();
    private readonly EmbeddingDatabase database;
    private readonly SemaphoreSlim writing = new(1);
    private bool disposed;

    private LocalEmbeddingStore(EmbeddingDatabase database)
    {
        this.database = database;
        var pointers = database.Pointers();
        database.DeleteUnpublished(pointers);
        index.Restore(pointers, [.. new[] { pointers.Current, pointers.Previous }.OfType<EmbeddingPointer>().Select(database.Load)]);
    }

    /// <inheritdoc/>
    public bool AcceptsUpserts => true;

    /// <summary>Opens the store in <paramref name="folder"/>, made where it is missing; loads what is published and deletes generations that were never completed.</summary>
    /// <exception cref="InvalidInputException">The folder has another kind of store, a damaged one, or one that another process has open.</exception>
    public static LocalEmbeddingStore Open(string folder)
    {
        var database = EmbeddingDatabase.Open(folder);
        try
        {
            return new LocalEmbeddingStore(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
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
                var target = index.Write(bundleId, generation);
                target.Check(firsts);
                database.Write(bundleId, generation, embeddings);
                target.Upsert(embeddings);
            },
            ct);
    }

    /// <inheritdoc/>
    public Task FlipAsync(EmbeddingPointer pointer, CancellationToken ct) => ChangeAsync(
        () =>
        {
            var (pointers, dropped) = index.Plan(pointer);
            database.Flip(pointers, dropped);
            index.Publish(pointers);
        },
        ct);

    /// <inheritdoc/>
    public Task DiscardAsync(string bundleId, long generation, CancellationToken ct) => ChangeAsync(
        () =>
        {
            if (index.Discard(bundleId, generation))
            {
                database.Delete(bundleId, generation);
            }
        },
        ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEmbedding?>> ReadAsync(EmbeddingPointer pointer, string task, IReadOnlyList<string> keys, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<StoredEmbedding?>>(index.Read(pointer).Find(task, keys));

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredEmbedding> ReadAllAsync(EmbeddingPointer pointer, CancellationToken ct) => index.Read(pointer).All().ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task ForgetAsync(string task, string key, CancellationToken ct) => !EmbeddingChecks.IsKey(key) ? Task.CompletedTask : ChangeAsync(
        () =>
        {
            database.Forget(index.All, task, key);
            index.Forget(task, key);
        },
        ct);

    /// <summary>Waits for the write in progress and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await writing.WaitAsync();
        if (!disposed)
        {
            disposed = true;
            database.Dispose();
        }

        writing.Release();
    }

    private async Task ChangeAsync(Action change, CancellationToken ct)
    {
        await writing.WaitAsync(ct);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            await Task.Run(change, CancellationToken.None);
        }
        finally
        {
            writing.Release();
        }
    }
}
