using LiMaml.Runtime.Embeddings;
using LiMaml.Worker.Redis;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace LiMaml.Worker.Tests.Redis;

public sealed class RedisRetryTests
{
    private static readonly RedisRetry Retry = new(
        new RedisOptions { FirstRetry = TimeSpan.FromMilliseconds(1), LongestRetry = TimeSpan.FromMilliseconds(5) }, TimeProvider.System, NullLogger.Instance);

    public static TheoryData<Exception> Passing { get; } =
    [
        Connection(ConnectionFailureType.SocketClosed),
        new RedisTimeoutException(CommandFlags.None, "late", CommandStatus.Sent),
        Server(RedisErrorKind.Loading),
        Server(RedisErrorKind.OutOfMemory),
        Server(RedisErrorKind.ReadOnly),
    ];

    public static TheoryData<Exception> Lasting { get; } =
    [
        Connection(ConnectionFailureType.AuthenticationFailure),
        Server(RedisErrorKind.WrongType),
        new InvalidOperationException("a fault of the program"),
    ];

    [Fact]
    public void Wait_AttemptByAttempt_DoublesUpToTheLongest() =>
        Assert.Equal([1, 2, 4, 5, 5, 5], ((int[])[0, 1, 2, 3, 4, 1000]).Select(attempt => Retry.Wait(attempt).TotalMilliseconds));

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task WriteAsync_FaultThatPasses_TriesAgain(Exception fault)
    {
        var attempts = 0;
        Assert.Equal("done", await Retry.WriteAsync(() => ++attempts < 4 ? Task.FromException<string>(fault) : Task.FromResult("done"), default));
        Assert.Equal(4, attempts);
    }

    [Theory]
    [MemberData(nameof(Lasting))]
    public async Task WriteAsync_FaultThatLasts_IsThrown(Exception fault) =>
        Assert.Same(fault, await Assert.ThrowsAnyAsync<Exception>(() => Retry.WriteAsync(() => Task.FromException<int>(fault), default)));

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task ReadAsync_FaultThatPasses_SaysThatTheStoreIsUnavailable(Exception fault)
    {
        var thrown = await Assert.ThrowsAsync<EmbeddingStoreUnavailableException>(() => RedisRetry.ReadAsync(() => Task.FromException<int>(fault)));
        Assert.Same(fault, thrown.InnerException);
    }

    [Theory]
    [MemberData(nameof(Lasting))]
    public async Task ReadAsync_FaultThatLasts_IsThrown(Exception fault) =>
        Assert.Same(fault, await Assert.ThrowsAnyAsync<Exception>(() => RedisRetry.ReadAsync(() => Task.FromException<int>(fault))));

    private static RedisConnectionException Connection(ConnectionFailureType failure) => new(failure, CommandFlags.None, "gone", null, CommandStatus.Unknown);

    private static RedisServerException Server(RedisErrorKind kind) => new(kind, CommandFlags.None, "refused");
}
