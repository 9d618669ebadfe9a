using System.Runtime.CompilerServices;
using LiMaml.Models;
using LiMaml.Runtime.Embeddings;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace LiMaml.Worker.Redis;

/// <summary>
/// Embeddings in Redis, or any server of its protocol, for several scorers. Takes upserts. Uses transactions and no scripts.
/// </summary>
/// <remarks>
/// While the server is away, writes, flips and erasures wait and are tried again until they are cancelled, so whoever
/// publishes is held up and nothing is lost; all may be repeated without harm. Reads fail at once with
/// <see cref="EmbeddingStoreUnavailableException"/>. Durability is the server's (appendonly, replicas). A generation that was
/// never flipped to is deleted when a later one is begun, and expires in any case. Pointer and embeddings are read in one
/// round trip, so what is returned was published when it was read.
/// </remarks>
public sealed class RedisEmbeddingStore : IEmbeddingStore
{
    private const int ScanPage = 1_000;

    private readonly ConnectionMultiplexer connection;
    private readonly IDatabase database;
    private readonly RedisKeys keys;
    private readonly RedisOptions options;
    private readonly RedisRetry retry;
    private readonly RedisGenerations generations;

    private RedisEmbeddingStore(ConnectionMultiplexer connection, RedisOptions options, TimeProvider clock, ILogger logger)
    {
        this.connection = connection;
        this.options = options;
        database = connection.GetDatabase();
        keys = new RedisKeys(options.Prefix);
        retry = new RedisRetry(options, clock, logger);
        generations = new RedisGenerations(database, keys, options, clock);
    }

    /// <inheritdoc/>
    public bool AcceptsUpserts => true;

    /// <summary>Whether a server is connected now.</summary>
    public bool IsConnected => connection.IsConnected;

    /// <summary>Connects; a server that is away does not make this fail.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="logger">Told when writes begin and cease to wait.</param>
    /// <param name="clock">For waits; the system's where null.</param>
    /// <exception cref="InvalidInputException">An option is out of range.</exception>
    public static async Task<RedisEmbeddingStore> OpenAsync(RedisOptions options, ILogger? logger = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var connection = await ConnectionMultiplexer.ConnectAsync(options.Parse());
        return new RedisEmbeddingStore(connection, options, clock ?? TimeProvider.System, logger ?? NullLogger.Instance);
    }

    /// <inheritdoc/>
    public async Task<EmbeddingPointer?> CurrentAsync(CancellationToken ct) => (await PointersAsync()).Current;

    /// <inheritdoc/>
    public async Task<EmbeddingPointer?> PreviousAsync(CancellationToken ct) => (await PointersAsync()).Previous;

    /// <inheritdoc/>
    public async Task WriteAsync(string bundleId, long generation, IReadOnlyList<StoredEmbedding> embeddings, CancellationToken ct)
    {
        var firsts = EmbeddingChecks.Write(bundleId, generation, embeddings);
        var name = new GenerationName(bundleId, generation);
        var state = await EnterAsync(name, firsts, ct);
        foreach (var batch in embeddings.Chunk(options.BatchSize))
        {
            while (!await retry.WriteAsync(() => generations.WriteAsync(state, name, batch), ct))
            {
                state = await EnterAsync(name, firsts, ct);
            }
        }
    }

    /// <inheritdoc/>
    public Task FlipAsync(EmbeddingPointer pointer, CancellationToken ct) => ChangeAsync(() => generations.FlipAsync(pointer), ct);

    /// <inheritdoc/>
    public Task DiscardAsync(string bundleId, long generation, CancellationToken ct) =>
        ChangeAsync(() => generations.DiscardAsync(new GenerationName(bundleId, generation)), ct);

    /// <inheritdoc/>
    public Task ForgetAsync(string task, string key, CancellationToken ct) =>
        EmbeddingChecks.IsKey(key) ? ChangeAsync(() => generations.ForgetAsync(task, key), ct) : Task.CompletedTask;

    /// <inheritdoc/>
    /// <exception cref="EmbeddingStoreUnavailableException">The server did not answer.</exception>
    public Task<IReadOnlyList<StoredEmbedding?>> ReadAsync(EmbeddingPointer pointer, string task, IReadOnlyList<string> keys, CancellationToken ct) =>
        RedisRetry.ReadAsync(() => FindAsync(pointer, task, keys));

    /// <inheritdoc/>
    /// <exception cref="EmbeddingStoreUnavailableException">The server did not answer.</exception>
    public async IAsyncEnumerable<StoredEmbedding> ReadAllAsync(EmbeddingPointer pointer, [EnumeratorCancellation] CancellationToken ct)
    {
        var name = GenerationName.Of(pointer);
        var state = await RedisRetry.ReadAsync(() => RedisState.ReadAsync(database, keys, name));
        foreach (var task in state.Sizes?.Keys ?? [])
        {
            var seen = new HashSet<string>(StringComparer.Ordinal); // a scan may meet a key twice while the hash grows
            await using var scan = database.HashScanAsync(keys.Embeddings(name, task), pageSize: ScanPage).GetAsyncEnumerator(ct);
            while (await RedisRetry.ReadAsync(() => scan.MoveNextAsync().AsTask()))
            {
                if (seen.Add(scan.Current.Name.ToString()))
                {
                    yield return Read(task, scan.Current.Name.ToString(), scan.Current.Value);
                }
            }
        }

        CheckPublished(await PointersAsync(), pointer);
    }

    /// <summary>Closes the connection.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<RedisState> EnterAsync(GenerationName generation, IReadOnlyDictionary<string, StoredEmbedding> firsts, CancellationToken ct)
    {
        while (true)
        {
            if (await retry.WriteAsync(() => generations.EnterAsync(generation, firsts), ct) is { } state)
            {
                return state;
            }
        }
    }

    private async Task ChangeAsync(Func<Task<bool>> change, CancellationToken ct)
    {
        while (!await retry.WriteAsync(change, ct))
        {
            ct.ThrowIfCancellationRequested(); // something was published meanwhile: look again
        }
    }

    private async Task<PublishedPointers> PointersAsync() =>
        RedisState.Parse(await RedisRetry.ReadAsync(() => database.StringGetAsync(keys.Pointers)));

    // The pointers are asked for after the embeddings: a generation that is published then was there before.
    private async Task<IReadOnlyList<StoredEmbedding?>> FindAsync(EmbeddingPointer pointer, string task, IReadOnlyList<string> names)
    {
        RedisValue[] fields = [.. names.Where(EmbeddingChecks.IsKey).Distinct(StringComparer.Ordinal).Select(name => (RedisValue)name)];
        var values = fields.Length == 0 ? Task.FromResult<RedisValue[]>([]) : database.HashGetAsync(keys.Embeddings(GenerationName.Of(pointer), task), fields);
        var pointers = database.StringGetAsync(keys.Pointers);
        var found = (await values).Zip(fields).Where(pair => !pair.First.IsNull)
            .ToDictionary(pair => pair.Second.ToString(), pair => Read(task, pair.Second.ToString(), pair.First), StringComparer.Ordinal);
        CheckPublished(RedisState.Parse(await pointers), pointer);
        return [.. names.Select(found.GetValueOrDefault)];
    }

    private static void CheckPublished(PublishedPointers pointers, EmbeddingPointer pointer)
    {
        if (!pointers.Have(pointer.BundleId, pointer.Generation))
        {
            throw new GenerationUnavailableException(pointer.BundleId, pointer.Generation);
        }
    }

    private static StoredEmbedding Read(string task, string key, RedisValue value) => EmbeddingCodec.Read(task, key, ((ReadOnlyMemory<byte>)value).Span, "Redis");
}
