using LiMaml.Runtime.Embeddings;

namespace LiMaml.Runtime.Tests.Refresh;

/// <summary>A store in front of which faults can be put.</summary>
internal sealed class FaultyStore(IEmbeddingStore inner) : IEmbeddingStore
{
    /// <summary>Called with the name of each method before it does its work.</summary>
    public Action<string> Before { get; set; } = _ => { };

    public bool AcceptsUpserts => inner.AcceptsUpserts;

    public Task<EmbeddingPointer?> CurrentAsync(CancellationToken ct) => Do("Current", () => inner.CurrentAsync(ct));

    public Task<EmbeddingPointer?> PreviousAsync(CancellationToken ct) => Do("Previous", () => inner.PreviousAsync(ct));

    public Task WriteAsync(string bundleId, long generation, IReadOnlyList<StoredEmbedding> embeddings, CancellationToken ct) => Do("Write", () => inner.WriteAsync(bundleId, generation, embeddings, ct));

    public Task FlipAsync(EmbeddingPointer pointer, CancellationToken ct) => Do("Flip", () => inner.FlipAsync(pointer, ct));

    public Task DiscardAsync(string bundleId, long generation, CancellationToken ct) => Do("Discard", () => inner.DiscardAsync(bundleId, generation, ct));

    public Task<IReadOnlyList<StoredEmbedding?>> ReadAsync(EmbeddingPointer pointer, string task, IReadOnlyList<string> keys, CancellationToken ct) => Do("Read", () => inner.ReadAsync(pointer, task, keys, ct));

    public IAsyncEnumerable<StoredEmbedding> ReadAllAsync(EmbeddingPointer pointer, CancellationToken ct) => inner.ReadAllAsync(pointer, ct);

    public Task ForgetAsync(string task, string key, CancellationToken ct) => Do("Forget", () => inner.ForgetAsync(task, key, ct));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private T Do<T>(string name, Func<T> work)
    {
        Before(name);
        return work();
    }
}
