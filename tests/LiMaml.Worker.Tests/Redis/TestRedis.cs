using StackExchange.Redis;

namespace LiMaml.Worker.Tests.Redis;

/// <summary>The Redis that <c>LIMAML_TEST_REDIS</c> (host:port) names, under a prefix of its own that is erased after the test.</summary>
internal sealed class TestRedis : IAsyncDisposable
{
    private const string Variable = "LIMAML_TEST_REDIS";
    private readonly ConnectionMultiplexer connection;

    private TestRedis(string address, ConnectionMultiplexer connection)
    {
        Address = address;
        this.connection = connection;
    }

    /// <summary>host:port.</summary>
    public string Address { get; }

    public string Prefix { get; } = $"test-{Guid.NewGuid():N}";

    public IDatabase Database => connection.GetDatabase();

    /// <summary>Keys of the prefix, without it.</summary>
    public IEnumerable<string> Keys => Server.Keys(pattern: Start + "*").Select(key => key.ToString()[Start.Length..]).Order(StringComparer.Ordinal);

    private string Start => $"limaml:{{{Prefix}}}:";

    private IServer Server => connection.GetServers()[0];

    /// <summary>Connects, or skips the test.</summary>
    public static async Task<TestRedis> ConnectAsync()
    {
        var address = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(address), $"needs a Redis: set {Variable} to its host:port");
        return new TestRedis(address!, await ConnectionMultiplexer.ConnectAsync(address!));
    }

    public RedisKey Key(string name) => Start + name;

    public async ValueTask DisposeAsync()
    {
        await Database.KeyDeleteAsync([.. Keys.Select(Key)]);
        await connection.DisposeAsync();
    }
}
