using LiMaml.Runtime.Embeddings;
using StackExchange.Redis;

namespace LiMaml.Worker.Redis;

/// <summary>
/// What happens while a server is away, starting, full or changing its role: a write waits and is tried again, longer each
/// time, until it succeeds or is cancelled; a read fails with <see cref="EmbeddingStoreUnavailableException"/>.
/// </summary>
/// <param name="options">Waits.</param>
/// <param name="clock">Counts the waits.</param>
/// <param name="logger">Told when waiting begins and ends.</param>
internal sealed class RedisRetry(RedisOptions options, TimeProvider clock, ILogger logger)
{
    private const int LoggedAttempts = 30;
    private static readonly HashSet<RedisErrorKind> Passing =
    [
        RedisErrorKind.ConnectionFault, RedisErrorKind.Timeout, RedisErrorKind.Loading, RedisErrorKind.ReadOnly, RedisErrorKind.OutOfMemory,
        RedisErrorKind.Misconfigured, RedisErrorKind.Busy, RedisErrorKind.MaxClients, RedisErrorKind.NoReplicas, RedisErrorKind.MasterDown,
        RedisErrorKind.ClusterDown, RedisErrorKind.TryAgain, RedisErrorKind.Moved, RedisErrorKind.Ask, RedisErrorKind.ExecAbort,
    ];


    /// <summary>Runs a write that may be run again after it has taken effect.</summary>
    public async Task<T> WriteAsync<T>(Func<Task<T>> write, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var result = await write();
                if (attempt > 0 && logger.IsEnabled(LogLevel.Information))
                {
                    logger.LogInformation("Redis answers again: the write that waited succeeded at attempt {Attempt}.", attempt + 1);
                }

                return result;
            }
            catch (Exception fault) when (Passes(fault))
            {
                if (attempt % LoggedAttempts == 0 && logger.IsEnabled(LogLevel.Warning))
                {
                    logger.LogWarning(fault, "Redis did not take a write at attempt {Attempt}; publishing waits and tries again.", attempt + 1);
                }

                await Task.Delay(Wait(attempt), clock, cancellation);
            }
        }
    }

    /// <summary>Runs a read.</summary>
    /// <exception cref="EmbeddingStoreUnavailableException">The server did not answer.</exception>
    public static async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception fault) when (Passes(fault))
        {
            throw new EmbeddingStoreUnavailableException($"Redis did not answer: {fault.Message}", fault);
        }
    }

    /// <summary>The wait after a failure, from 0 on.</summary>
    internal TimeSpan Wait(int attempt) => attempt >= 30 || options.FirstRetry * (1 << attempt) > options.LongestRetry
        ? options.LongestRetry
        : options.FirstRetry * (1 << attempt);

    private static bool Passes(Exception fault) => fault switch
    {
        RedisServerException server => Passing.Contains(server.Kind),
        RedisConnectionException connection => connection.FailureType != ConnectionFailureType.AuthenticationFailure,
        RedisTimeoutException => true,
        _ => false,
    };
}
