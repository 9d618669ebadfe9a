using LiMaml.Models;
using StackExchange.Redis;

namespace LiMaml.Worker.Redis;

/// <summary>Where and how embeddings are kept in Redis, or in any server of its protocol.</summary>
public sealed record RedisOptions
{
    /// <summary>
    /// Servers and settings as StackExchange.Redis reads them, e.g. <c>redis-1:6379,redis-2:6379,password=…,ssl=true</c>.
    /// Required.
    /// </summary>
    public string Configuration { get; init; } = "";

    /// <summary>
    /// Part of every key, so that several models share a server: 1 to 64 ASCII letters, digits, '.', '_' and '-';
    /// <c>default</c> by default. It stands in braces: on a cluster all keys of a prefix are in one slot.
    /// </summary>
    public string Prefix { get; init; } = "default";

    /// <summary>Embeddings in one transaction; 1 to 100,000, 1,000 by default.</summary>
    public int BatchSize { get; init; } = 1_000;

    /// <summary>Wait before a write that failed is tried again; doubled at each failure. Above 0; 100 ms by default.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait before a write is tried again; at least <see cref="FirstRetry"/>; 10 s by default.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a generation that was not flipped to outlives its last write, so that what a writer left behind which never
    /// came back goes away; at least a minute, 1 day by default.
    /// </summary>
    public TimeSpan UnfinishedExpiry { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting, its value, and what would be accepted.</exception>
    public void Validate()
    {
        Expect(Configuration.Length > 0, nameof(Configuration), "nothing", "servers, e.g. localhost:6379");
        Expect(IsPrefix(Prefix), nameof(Prefix), $"'{Prefix}'", "1 to 64 ASCII letters, digits, '.', '_' and '-'");
        Expect(BatchSize is >= 1 and <= 100_000, nameof(BatchSize), $"{BatchSize}", "1 to 100000 embeddings");
        Expect(FirstRetry > TimeSpan.Zero, nameof(FirstRetry), $"{FirstRetry}", "a time above 0");
        Expect(LongestRetry >= FirstRetry && LongestRetry <= TimeSpan.FromHours(1), nameof(LongestRetry), $"{LongestRetry}", $"{FirstRetry} to 1 hour");
        Expect(UnfinishedExpiry >= TimeSpan.FromMinutes(1) && UnfinishedExpiry <= TimeSpan.FromDays(365), nameof(UnfinishedExpiry), $"{UnfinishedExpiry}", "1 minute to 365 days");
        Parse();
    }

    /// <summary>The client's settings: a server that is away delays, it does not fail, and commands are not heaped up meanwhile.</summary>
    internal ConfigurationOptions Parse()
    {
        try
        {
            var parsed = ConfigurationOptions.Parse(Configuration);
            parsed.AbortOnConnectFail = false;
            parsed.BacklogPolicy = BacklogPolicy.FailFast;
            parsed.ClientName ??= "limaml-worker";
            return parsed;
        }
        catch (ArgumentException fault)
        {
            throw new InvalidInputException($"Redis:{nameof(Configuration)}: {fault.Message}", fault);
        }
    }

    private static bool IsPrefix(string prefix) =>
        prefix.Length is >= 1 and <= 64 && prefix.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');

    private static void Expect(bool holds, string setting, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException($"Redis:{setting}", found, expected);
        }
    }
}
