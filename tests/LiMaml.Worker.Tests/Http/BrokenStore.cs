using LiMaml.Runtime.Embeddings;

namespace LiMaml.Worker.Tests.Http;

/// <summary>A store whose reads fail.</summary>
internal sealed class BrokenStore(Exception error) : IEmbeddingStore
{
    public bool AcceptsUpserts => throw new NotSupportedException();

    public Task<EmbeddingPointer?> CurrentAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<EmbeddingPointer?> PreviousAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task WriteAsync(string bundleId, long generation, IReadOnlyList<StoredEmbedding> embeddings, CancellationToken ct) => throw new NotSupportedException();

    public Task FlipAsync(EmbeddingPointer pointer, CancellationToken ct) => throw new NotSupportedException();

    public Task DiscardAsync(string bundleId, long generation, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<StoredEmbedding?>> ReadAsync(EmbeddingPointer pointer, string task, IReadOnlyList<string> keys, CancellationToken ct) =>
        Task.FromException<IReadOnlyList<StoredEmbedding?>>(error);

    public IAsyncEnumerable<StoredEmbedding> ReadAllAsync(EmbeddingPointer pointer, CancellationToken ct) => throw new NotSupportedException();

    public Task ForgetAsync(string task, string key, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
