using LiMaml.Models;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Tests.Samples;
using Microsoft.Extensions.Time.Testing;

namespace LiMaml.Runtime.Tests.Serving;

/// <summary>A delay on a clock that stands still keeps requests waiting for as long as a test wants.</summary>
public sealed class MicroBatchingTests
{
    private static readonly ScoringOptions Patient = new() { MaxDelay = TimeSpan.FromSeconds(1), MaxBatchRows = 10, QueueCapacity = 3, Concurrency = 1 };
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Score_RequestsThatWaitTogether_ShareARun()
    {
        using var serving = await ServeAsync(Patient);
        Task<ScoreResponse>[] waiting = [Score(serving, 1, "a"), Score(serving, 3, "b"), Score(serving, 2, "a")];
        Assert.All(waiting, request => Assert.False(request.IsCompleted));
        clock.Advance(Patient.MaxDelay);
        var responses = await Task.WhenAll(waiting);

        Assert.Equal(serving.Expected(6, 1, "a").Logits![..1], responses[0].Scores.Logits);
        Assert.Equal(serving.Expected(3, 1, "b").Logits, responses[1].Scores.Logits);
        Assert.Equal(serving.Expected(2, 1, "a").Logits, responses[2].Scores.Logits);
        Assert.Equal((3, 6, 1, 6), (serving.Service.Counts.Requests, serving.Service.Counts.Rows, serving.Service.Counts.Runs, serving.Service.Counts.RunRows));
    }

    [Fact]
    public async Task Score_EnoughRowsForARun_DoesNotWaitLonger()
    {
        using var serving = await ServeAsync(Patient);
        var responses = await Task.WhenAll(Score(serving, 5, "a"), Score(serving, 5, "b"));
        Assert.Equal(serving.Expected(5, 1, "b").Logits, responses[1].Scores.Logits);
        Assert.Equal(1, serving.Service.Counts.Runs);
    }

    [Fact]
    public async Task Score_MoreRowsThanARunTakes_RunsThemInTurn()
    {
        using var serving = await ServeAsync(Patient with { MaxBatchRows = 4 });
        var responses = await Task.WhenAll(Score(serving, 3, "a"), Score(serving, 6, "b"));
        Assert.Equal(serving.Expected(3, 1, "a").Logits, responses[0].Scores.Logits);
        Assert.Equal(serving.Expected(6, 1, "b").Logits, responses[1].Scores.Logits);
        Assert.Equal(2, serving.Service.Counts.Runs);
    }

    [Fact]
    public async Task Score_QueueFull_IsRefusedAndTheOthersAreNot()
    {
        using var serving = await ServeAsync(Patient);
        Task<ScoreResponse>[] waiting = [Score(serving, 1, "a"), Score(serving, 1, "a"), Score(serving, 1, "a")];

        var error = await Assert.ThrowsAsync<ScoringUnavailableException>(() => Score(serving, 1, "a"));

        Assert.Equal(UnavailableReason.QueueFull, error.Reason);
        Assert.Equal(1, serving.Service.Counts.Refused);
        clock.Advance(Patient.MaxDelay);
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task Score_WaitingTooLong_TimesOut()
    {
        using var serving = await ServeAsync(Patient with { Timeout = TimeSpan.FromMilliseconds(300) });
        var request = Score(serving, 1, "a");
        clock.Advance(TimeSpan.FromMilliseconds(300));

        Assert.Equal(UnavailableReason.TimedOut, (await Assert.ThrowsAsync<ScoringUnavailableException>(() => request)).Reason);
        Assert.Equal((1, 0), (serving.Service.Counts.TimedOut, serving.Service.Counts.Runs));
    }

    [Fact]
    public async Task Score_CancelledWhileWaiting_LeavesTheQueue()
    {
        using var serving = await ServeAsync(Patient);
        using var cancellation = new CancellationTokenSource();
        var cancelled = serving.Service.ScoreAsync(serving.Request(4, "a"), cancellation.Token);
        var other = Score(serving, 2, "b");

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        clock.Advance(Patient.MaxDelay);

        Assert.Equal(serving.Expected(2, 1, "b").Logits, (await other).Scores.Logits);
        Assert.Equal((1, 2), (serving.Service.Counts.Runs, serving.Service.Counts.RunRows));
    }

    [Fact]
    public async Task Score_CancelledBeforehand_DoesNotRun()
    {
        using var serving = await ServeAsync(new ScoringOptions());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving.Service.ScoreAsync(serving.Request(1, "a"), new CancellationToken(canceled: true)));
        Assert.Equal(0, serving.Service.Counts.Runs);
    }

    [Fact]
    public async Task Score_ManyAtOnceWithoutDelay_GivesEachItsOwn()
    {
        using var serving = await ServeAsync(new ScoringOptions { Concurrency = 1 });
        var expected = Enumerable.Range(1, 6).Select(rows => serving.Expected(6, 1, "a").Logits![..rows]).ToArray();
        var requests = Enumerable.Range(1, 6).Select(rows => serving.Request(rows, "a")).ToArray();

        await Parallel.ForAsync(0, 600, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellation) =>
        {
            var response = await serving.Service.ScoreAsync(requests[number % 6], cancellation);
            Assert.Equal(expected[number % 6], response.Scores.Logits);
        });

        Assert.Equal((600, 2100, 2100), (serving.Service.Counts.Requests, serving.Service.Counts.Rows, serving.Service.Counts.RunRows));
    }

    [Fact]
    public void Options_OutOfRange_AreRefused() => Assert.All(
        (ScoringOptions[])[
            new() { MaxRequestRows = 0 }, new() { MaxBatchRows = 0 }, new() { QueueCapacity = 0 }, new() { Concurrency = -1 },
            new() { MaxDelay = TimeSpan.FromSeconds(2) }, new() { Timeout = TimeSpan.Zero },
        ],
        options => Assert.Throws<InvalidInputException>(options.Validate));

    private async Task<TestServing> ServeAsync(ScoringOptions options)
    {
        var serving = new TestServing(TestModel.Exact, options: options, clock: clock);
        await serving.ServeAsync(1, "a", "b");
        return serving;
    }

    private static Task<ScoreResponse> Score(TestServing serving, int rows, string key) => serving.Service.ScoreAsync(serving.Request(rows, key));
}
