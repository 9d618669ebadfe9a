using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Tests.Graphs;

public sealed class CaptureThreadTests
{
    [Fact]
    public void Run_FromManyThreads_IsOneThreadAtATime()
    {
        var threads = new HashSet<int>();
        var count = 0;
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => CaptureThread.Run(() =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            count++;
        }));
        Assert.Single(threads);
        Assert.Equal(200, count);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public void Run_WithinARun_IsDoneAtOnce()
    {
        var steps = new List<int>();
        CaptureThread.Run(() =>
        {
            CaptureThread.Run(() => steps.Add(1));
            steps.Add(2);
        });
        Assert.Equal([1, 2], steps);
    }

    [Fact]
    public void Run_Fault_ComesBackAndLaterRunsWork()
    {
        Assert.Throws<InvalidDataException>(() => CaptureThread.Run(() => throw new InvalidDataException("broken")));
        var ran = false;
        CaptureThread.Run(() => ran = true);
        Assert.True(ran);
    }
}
