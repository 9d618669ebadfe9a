using System.Collections.Concurrent;

namespace LiMaml.Training.Outer;

/// <summary>A thread of a replica's own: libtorch keeps its workers and dispose scopes by thread.</summary>
internal sealed class ReplicaThread : IDisposable
{
    private readonly BlockingCollection<Action> queue = [];
    private readonly Thread thread;

    /// <summary>Starts the thread, which does not keep the process alive.</summary>
    public ReplicaThread()
    {
        thread = new Thread(Work) { IsBackground = true };
        thread.Start();
    }

    /// <summary>Does some work there; its exception, if any, is that of the task.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
#pragma warning disable CA1031 // whatever it is, whoever waits for the work gets it
            catch (Exception fault)
#pragma warning restore CA1031
            {
                done.SetException(fault);
            }
        });
        return done.Task;
    }

    /// <summary>Ends the thread after what it has been given.</summary>
    public void Dispose()
    {
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
    }

    private void Work()
    {
        foreach (var work in queue.GetConsumingEnumerable())
        {
            work();
        }
    }
}
