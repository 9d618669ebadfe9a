using System.Collections.Concurrent;
using System.Globalization;
using LiMaml.Runtime.Embeddings;
using StackExchange.Redis;

namespace LiMaml.Worker.Redis;

/// <summary>
/// Changes to generations in Redis, each one transaction that takes place only if nothing was published since its state was
/// read. They return false where something was, and may be run again whatever became of an earlier attempt.
/// </summary>
/// <param name="database">The connection.</param>
/// <param name="keys">Names.</param>
/// <param name="options">Batches and expiry.</param>
/// <param name="clock">Says when a generation was begun.</param>
internal sealed class RedisGenerations(IDatabase database, RedisKeys keys, RedisOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<GenerationName, bool> begun = new();

    /// <summary>Begins a generation where it is new, and checks that embeddings of the sizes that <paramref name="firsts"/> have may be added to it.</summary>
    /// <returns>Its state; null where something was published meanwhile.</returns>
    public async Task<RedisState?> EnterAsync(GenerationName generation, IReadOnlyDictionary<string, StoredEmbedding> firsts)
    {
        var state = await RedisState.ReadAsync(database, keys, generation);
        if (state.Pointers.Previous?.Names(generation.BundleId, generation.Generation) == true)
        {
            throw new NotSupportedException($"generation {generation.Generation} is the previous one: it is kept as it was, to be flipped back to.");
        }

        if (state.Sizes is null)
        {
            return await BeginAsync(state, generation) ? Entered(generation, state with { Sizes = new Dictionary<string, int>() }) : null;
        }

        foreach (var (task, first) in firsts)
        {
            EmbeddingChecks.Size(first, state.Sizes.GetValueOrDefault(task, first.Vector.Length));
        }

        return Entered(generation, state);
    }

    /// <summary>Adds embeddings to a generation that was entered.</summary>
    public Task<bool> WriteAsync(RedisState state, GenerationName generation, IReadOnlyCollection<StoredEmbedding> embeddings)
    {
        var changes = state.Begin(database, keys);
        changes.If(Condition.KeyExists(keys.Sizes(generation)));
        foreach (var task in embeddings.GroupBy(embedding => embedding.Task))
        {
            changes.Add(transaction => transaction.HashSetAsync(keys.Sizes(generation), task.Key, task.First().Vector.Length));
            changes.Add(transaction => transaction.HashSetAsync(keys.Embeddings(generation, task.Key), [.. task.Select(Entry)]));
        }

        if (!state.Pointers.Have(generation.BundleId, generation.Generation))
        {
            foreach (var key in KeysOf(generation, embeddings.Select(embedding => embedding.Task).Concat(state.Sizes!.Keys)))
            {
                changes.Add(transaction => transaction.KeyExpireAsync(key, options.UnfinishedExpiry));
            }
        }

        return changes.CommitAsync();
    }

    /// <summary>Flips; returns true where the generation is current already.</summary>
    /// <exception cref="GenerationUnavailableException">There is no such generation.</exception>
    public async Task<bool> FlipAsync(EmbeddingPointer pointer)
    {
        var target = GenerationName.Of(pointer);
        var state = await RedisState.ReadAsync(database, keys, target);
        if (state.Pointers.Current?.Names(pointer.BundleId, pointer.Generation) == true)
        {
            return true;
        }

        if (state.Sizes is null)
        {
            throw new GenerationUnavailableException(pointer.BundleId, pointer.Generation);
        }

        var next = state.Pointers.Flip(pointer);
        var changes = state.Begin(database, keys);
        changes.If(Condition.KeyExists(keys.Sizes(target)));
        changes.Add(transaction => transaction.StringSetAsync(keys.Pointers, RedisState.Serialize(next)));
        foreach (var key in KeysOf(target, state.Sizes.Keys))
        {
            changes.Add(transaction => transaction.KeyPersistAsync(key));
        }

        if (state.Pointers.Previous is { } oldest && !next.Have(oldest.BundleId, oldest.Generation))
        {
            await DeleteAsync(changes, GenerationName.Of(oldest));
        }

        return await changes.CommitAsync();
    }

    /// <summary>Deletes a generation that is not published.</summary>
    /// <exception cref="NotSupportedException">It is published.</exception>
    public async Task<bool> DiscardAsync(GenerationName generation)
    {
        var state = await RedisState.ReadAsync(database, keys, generation);
        if (state.Pointers.Have(generation.BundleId, generation.Generation))
        {
            throw new NotSupportedException($"generation {generation.Generation} is published: only what was not flipped to can be discarded.");
        }

        var changes = state.Begin(database, keys);
        await DeleteAsync(changes, generation);
        begun.TryRemove(generation, out _);
        return await changes.CommitAsync();
    }

    /// <summary>Removes a task's embedding from every generation.</summary>
    public async Task<bool> ForgetAsync(string task, string key)
    {
        var generations = await AllAsync();
        await Task.WhenAll(generations.Select(generation => database.HashDeleteAsync(keys.Embeddings(generation, task), key)));
        return true;
    }

    // What writers left behind that never came back goes away here: their numbers are passed.
    private async Task<bool> BeginAsync(RedisState state, GenerationName generation)
    {
        state.Pointers.CheckBegin(generation.BundleId, generation.Generation);
        if (begun.ContainsKey(generation))
        {
            throw new GenerationUnavailableException($"generation {generation.Generation} of bundle {generation.BundleId} is gone from Redis, where this process began it: it expired, or another writer began one after it. It has to be written anew.");
        }

        var changes = state.Begin(database, keys);
        foreach (var other in (await AllAsync()).Where(other => !state.Pointers.Have(other.BundleId, other.Generation) && other.Generation <= generation.Generation))
        {
            await DeleteAsync(changes, other);
        }

        changes.Add(transaction => transaction.HashSetAsync(keys.Sizes(generation), RedisKeys.Begun, clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)));
        changes.Add(transaction => transaction.KeyExpireAsync(keys.Sizes(generation), options.UnfinishedExpiry));
        changes.Add(transaction => transaction.SetAddAsync(keys.Generations, generation.ToString()));
        return await changes.CommitAsync();
    }

    private RedisState Entered(GenerationName generation, RedisState state)
    {
        begun[generation] = true;
        return state;
    }

    private async Task DeleteAsync(RedisChanges changes, GenerationName generation)
    {
        var tasks = await database.HashKeysAsync(keys.Sizes(generation));
        changes.Add(transaction => transaction.KeyDeleteAsync([.. KeysOf(generation, tasks.Where(task => task != RedisKeys.Begun).Select(task => task.ToString()))]));
        changes.Add(transaction => transaction.SetRemoveAsync(keys.Generations, generation.ToString()));
    }

    private async Task<IReadOnlyList<GenerationName>> AllAsync() =>
        [.. (await database.SetMembersAsync(keys.Generations)).Select(member => GenerationName.Parse(member.ToString()))];

    private IEnumerable<RedisKey> KeysOf(GenerationName generation, IEnumerable<string> tasks) =>
        tasks.Distinct().Select(task => keys.Embeddings(generation, task)).Prepend(keys.Sizes(generation));

    private static HashEntry Entry(StoredEmbedding embedding) => new(embedding.Key, EmbeddingCodec.Write(embedding));
}
