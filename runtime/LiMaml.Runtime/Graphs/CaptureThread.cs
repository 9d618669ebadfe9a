using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace LiMaml.Runtime.Graphs;

/// <summary>
/// The one thread of the process that sessions with CUDA graphs use the GPU from. ONNX Runtime keeps a captured graph by thread,
/// and while one is captured nothing else may allocate memory on the GPU, whatever the session: so they take turns.
/// </summary>
internal static class CaptureThread
{
    private static readonly BlockingCollection<Action> Waiting = [];
    private static readonly Thread Thread = Start();

    /// <summary>Runs an action on the thread, and waits; an exception comes back to the caller.</summary>
    public static void Run(Action action)
    {
        if (Thread.CurrentThread == Thread)
        {
            action();
            return;
        }

        using var done = new ManualResetEventSlim();
        ExceptionDispatchInfo? fault = null;
        Waiting.Add(() =>
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                fault = ExceptionDispatchInfo.Capture(error);
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
        fault?.Throw();
    }

    private static Thread Start()
    {
        var thread = new Thread(() =>
        {
            foreach (var action in Waiting.GetConsumingEnumerable())
            {
                action();
            }
        })
        {
            IsBackground = true,
            Name = "LiMaml CUDA graphs",
        };
        thread.Start();
        return thread;
    }
}
