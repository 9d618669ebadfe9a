using System.Text;
using LiMaml.Models.Json;
using LiMaml.Runtime.Embeddings;
using StackExchange.Redis;

namespace LiMaml.Worker.Redis;

/// <summary>What is published, and what is known of one generation, as read in one go.</summary>
/// <param name="Raw">The pointers' bytes: a transaction takes place only if they are still these.</param>
/// <param name="Pointers">The pointers.</param>
/// <param name="Sizes">Numbers in a vector by task definition; null where there is no such generation.</param>
internal sealed record RedisState(RedisValue Raw, PublishedPointers Pointers, IReadOnlyDictionary<string, int>? Sizes)
{
    /// <summary>Reads the state.</summary>
    public static async Task<RedisState> ReadAsync(IDatabase database, RedisKeys keys, GenerationName generation)
    {
        var pointers = database.StringGetAsync(keys.Pointers);
        var sizes = database.HashGetAllAsync(keys.Sizes(generation));
        var raw = await pointers;
        var entries = await sizes;
        return new RedisState(raw, Parse(raw), entries.Length == 0 ? null : entries
            .Where(entry => entry.Name != RedisKeys.Begun)
            .ToDictionary(entry => entry.Name.ToString(), entry => (int)entry.Value));
    }

    /// <summary>The pointers in <paramref name="raw"/>.</summary>
    /// <exception cref="Models.InvalidInputException">It is not pointers.</exception>
    public static PublishedPointers Parse(RedisValue raw) => raw.IsNull
        ? PublishedPointers.None
        : ContractJson.Parse<PublishedPointers>((byte[])raw!, "pointers in Redis").Validated("pointers in Redis");

    /// <summary>Changes that take place only if nothing was published meanwhile.</summary>
    public RedisChanges Begin(IDatabase database, RedisKeys keys)
    {
        var changes = new RedisChanges(database.CreateTransaction());
        changes.If(Raw.IsNull ? Condition.KeyNotExists(keys.Pointers) : Condition.StringEqual(keys.Pointers, Raw));
        return changes;
    }

    /// <summary>The bytes of <paramref name="pointers"/>.</summary>
    public static RedisValue Serialize(PublishedPointers pointers) => Encoding.UTF8.GetString(ContractJson.Serialize(pointers));
}
