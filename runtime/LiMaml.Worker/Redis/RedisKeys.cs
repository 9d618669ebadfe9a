using StackExchange.Redis;

namespace LiMaml.Worker.Redis;

/// <summary>
/// The keys of a prefix: <c>limaml:{prefix}:pointers</c> (JSON: what is published), <c>limaml:{prefix}:generations</c> (a
/// set of ‹bundle›:‹generation›), and for each of those <c>…:sizes</c> (a hash: task definition → numbers in a vector; it is
/// there as long as the generation is) and <c>…:embeddings:‹task›</c> (a hash: task key → embedding).
/// </summary>
/// <param name="prefix">A valid prefix.</param>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>Field of the sizes that every generation has, an empty one too; no task definition has an empty name.</summary>
    public static RedisValue Begun { get; } = "";

    public RedisKey Pointers { get; } = $"limaml:{{{prefix}}}:pointers";

    public RedisKey Generations { get; } = $"limaml:{{{prefix}}}:generations";

    public RedisKey Sizes(GenerationName generation) => $"limaml:{{{prefix}}}:{generation}:sizes";

    public RedisKey Embeddings(GenerationName generation, string task) => $"limaml:{{{prefix}}}:{generation}:embeddings:{task}";
}
