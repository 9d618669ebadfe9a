using LiMaml.Models;

namespace LiMaml.Runtime.Embeddings;

/// <summary>
/// Keeps the meta embeddings of all tasks in generations. A generation is written piece by piece, seen by nobody, and becomes
/// current by one flip of a pointer. The generation before it stays, to be read by requests in flight and to be flipped back to.
/// Safe for many threads; one writer at a time for each generation.
/// </summary>
public interface IEmbeddingStore : IAsyncDisposable
{
    /// <summary>Whether <see cref="WriteAsync"/> takes embeddings for the current generation, as adapting tasks continuously needs.</summary>
    bool AcceptsUpserts { get; }

    /// <summary>The generation to read; null before the first flip.</summary>
    Task<EmbeddingPointer?> CurrentAsync(CancellationToken ct);

    /// <summary>The generation that was current before the last flip; null before the second.</summary>
    Task<EmbeddingPointer?> PreviousAsync(CancellationToken ct);

    /// <summary>
    /// Adds embeddings to a generation. For the current one they replace those of the same tasks, visible at once and each
    /// wholly; any other generation is invisible until it is flipped to, and is begun by its first write, which may be empty.
    /// Durable when the returned task completes.
    /// </summary>
    /// <exception cref="InvalidInputException">The bundle id, generation, a task, a key or a vector is not what it must be, or vectors of one task definition differ in size.</exception>
    /// <exception cref="NotSupportedException">The generation is the current one and the store does not accept upserts, or it is the previous one.</exception>
    Task WriteAsync(string bundleId, long generation, IReadOnlyList<StoredEmbedding> embeddings, CancellationToken ct);

    /// <summary>
    /// Makes <paramref name="pointer"/> current in one step, and what was current the previous one; a generation that was
    /// published earlier than both is deleted. Flipping to the previous generation rolls back, to the current one changes nothing.
    /// </summary>
    /// <exception cref="GenerationUnavailableException">The generation was never begun, or is deleted.</exception>
    Task FlipAsync(EmbeddingPointer pointer, CancellationToken ct);

    /// <summary>Deletes a generation that was begun and not flipped to; does nothing where there is none.</summary>
    /// <exception cref="NotSupportedException">The generation is the current or the previous one.</exception>
    Task DiscardAsync(string bundleId, long generation, CancellationToken ct);

    /// <summary>The embeddings of <paramref name="keys"/>, in their order; null for a task that the generation lacks.</summary>
    /// <exception cref="GenerationUnavailableException">The generation is neither the current nor the previous one.</exception>
    Task<IReadOnlyList<StoredEmbedding?>> ReadAsync(EmbeddingPointer pointer, string task, IReadOnlyList<string> keys, CancellationToken ct);

    /// <summary>All embeddings of a generation, each task once, in no promised order.</summary>
    /// <exception cref="GenerationUnavailableException">The generation is neither the current nor the previous one, or ceased to be while it was read.</exception>
    IAsyncEnumerable<StoredEmbedding> ReadAllAsync(EmbeddingPointer pointer, CancellationToken ct);

    /// <summary>Erases a task's embeddings from every generation, those being written included; durable when the returned task completes.</summary>
    Task ForgetAsync(string task, string key, CancellationToken ct);
}
