using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Scoring;

namespace LiMaml.Runtime.Serving;

/// <summary>
/// What one request is scored with: the graphs of a bundle and one generation of the same bundle's embeddings. Immutable. Ends
/// when its owner has disposed it and the last request that uses it is through; the graphs end with the last generation
/// that uses them. Thread-safe.
/// </summary>
public sealed class ServingBundle : IDisposable
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IEmbeddingStore store;
    private int disposed;

    private ServingBundle(LoadedModel model, IEmbeddingStore store, EmbeddingPointer? pointer)
    {
        Model = model;
        this.store = store;
        Pointer = pointer;
        Users = new ReferenceCount(End);
    }

    /// <summary>Names the model.</summary>
    public string BundleId => Model.Scorer.BundleId;

    /// <summary>The generation read; null while none was published: all tasks are cold.</summary>
    public EmbeddingPointer? Pointer { get; }

    /// <summary>The package.</summary>
    public ModelPackage Package => Model.Package;

    /// <summary>What executes the graphs, and what was passed over.</summary>
    public ProviderChoice Provider => Model.Scorer.Provider;

    /// <summary>Completes when nobody uses this any more: the package's folder, if no other generation of it is served, may then go.</summary>
    public Task Ended => ended.Task;

    internal LoadedModel Model { get; }

    internal ReferenceCount Users { get; }

    /// <summary>Loads a package's graphs.</summary>
    /// <param name="package">The bundle.</param>
    /// <param name="store">Where its embeddings are read; stays the caller's.</param>
    /// <param name="pointer">The generation to read; null for none.</param>
    /// <param name="options">How to execute the graphs. Where null, one thread a run: requests that come together keep the processors busy, and many threads a run would only get in each other's way.</param>
    /// <exception cref="InvalidInputException">The pointer is another bundle's, a graph and the manifest disagree, or an option is out of range.</exception>
    public static ServingBundle Open(ModelPackage package, IEmbeddingStore store, EmbeddingPointer? pointer, GraphOptions? options = null)
    {
        CheckPointer(package, pointer);
        return new ServingBundle(new LoadedModel(package, options ?? new GraphOptions { ThreadCount = 1 }), store, pointer);
    }

    /// <summary>The same graphs with another generation. Disposed separately.</summary>
    /// <exception cref="InvalidInputException">The pointer is another bundle's.</exception>
    /// <exception cref="ObjectDisposedException">This one has ended.</exception>
    public ServingBundle With(EmbeddingPointer? pointer)
    {
        CheckPointer(Package, pointer);
        ObjectDisposedException.ThrowIf(!Model.Users.TryAdd(), this);
        return new ServingBundle(Model, store, pointer);
    }

    /// <summary>What goes in and out.</summary>
    public ServedModel Served(ScoringMode mode) => mode == ScoringMode.Raw ? Model.Raw : Model.Joined;

    /// <summary>Lets go of it; see <see cref="Ended"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            Users.Release();
        }
    }

    /// <summary>The embeddings of some tasks; null for those that the generation lacks.</summary>
    internal async ValueTask<IReadOnlyList<StoredEmbedding?>> ReadAsync(string task, IReadOnlyList<string> keys, CancellationToken cancellation) =>
        Pointer is null ? new StoredEmbedding?[keys.Count] : await store.ReadAsync(Pointer, task, keys, cancellation);

    private static void CheckPointer(ModelPackage package, EmbeddingPointer? pointer)
    {
        if (pointer is not null && pointer.BundleId != package.Manifest.BundleId)
        {
            throw new InvalidInputException($"embeddings for {package.Folder}", $"those of bundle {pointer.BundleId}", $"those of {package.Manifest.BundleId}: only its own may be scored");
        }
    }

    private void End()
    {
        Model.Users.Release();
        ended.SetResult();
    }
}
