using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Serving;

/// <summary>
/// Lets requests share runs. One that finds a free place runs at once, on its own thread and in its own memory; the others wait
/// in a bounded queue, and whoever gets through takes what waits for the same graph into the next run. Thread-safe.
/// </summary>
/// <param name="options">Validated.</param>
/// <param name="concurrency">Runs at the same time, at least 1.</param>
/// <param name="clock">Measures delays and time-outs.</param>
/// <param name="ran">Told the rows of each run.</param>
internal sealed class MicroBatcher(ScoringOptions options, int concurrency, TimeProvider clock, Action<int> ran)
{
    private readonly Lock gate = new();
    private readonly LinkedList<WaitingRun> waiting = [];
    private TaskCompletionSource full = NewSignal();
    private int waitingRows;
    private int running;

    /// <summary>Runs now waiting.</summary>
    public int WaitingCount
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>Computes the outputs of <paramref name="batch"/>. Nobody else touches the batch any more when the returned task completes, however it does.</summary>
    /// <param name="batch">Inputs filled, at least <paramref name="rows"/> of them.</param>
    /// <param name="rows">Rows that are not padding, at least 1.</param>
    /// <param name="cancellation">Ends waiting; a run that has begun is finished.</param>
    /// <exception cref="ScoringUnavailableException">Too many wait, or this one waited too long.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public Task RunAsync(GraphBatch batch, int rows, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        LinkedListNode<WaitingRun>? place = null;
        lock (gate)
        {
            var free = running < concurrency;
            if (!free || options.MaxDelay > TimeSpan.Zero || waiting.Count > 0)
            {
                place = Enqueue(new WaitingRun(batch, rows, clock.GetTimestamp()));
            }

            if (free)
            {
                running++;
            }

            if (free && place is not null)
            {
                _ = Task.Run(DrainAsync, CancellationToken.None);
            }
        }

        return place is null ? RunAtOnce(batch, rows) : WaitAsync(place, cancellation);
    }

    private Task RunAtOnce(GraphBatch batch, int rows)
    {
        try
        {
            batch.Run();
            ran(rows);
        }
        finally
        {
            PassOn();
        }

        return Task.CompletedTask;
    }

    /// <summary>Gives this place to those who wait, or up.</summary>
    private void PassOn()
    {
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                running--;
                return;
            }
        }

        _ = Task.Run(DrainAsync, CancellationToken.None);
    }

    private async Task WaitAsync(LinkedListNode<WaitingRun> place, CancellationToken cancellation)
    {
        var done = place.Value.Done;
        try
        {
            await done.WaitAsync(options.Timeout, clock, cancellation);
        }
        catch (Exception error) when (!done.IsCompleted && error is TimeoutException or OperationCanceledException)
        {
            if (!TryLeave(place))
            {
                await done; // in a run already, which uses the memory
                return;
            }

            if (error is TimeoutException)
            {
                throw new ScoringUnavailableException(UnavailableReason.TimedOut);
            }

            throw;
        }
    }

    private LinkedListNode<WaitingRun> Enqueue(WaitingRun run)
    {
        if (waiting.Count >= options.QueueCapacity)
        {
            throw new ScoringUnavailableException(UnavailableReason.QueueFull);
        }

        waitingRows += run.Rows;
        if (waitingRows >= options.MaxBatchRows)
        {
            full.TrySetResult();
        }

        return waiting.AddLast(run);
    }

    private bool TryLeave(LinkedListNode<WaitingRun> place)
    {
        lock (gate)
        {
            if (place.List is null)
            {
                return false;
            }

            Remove(place);
            return true;
        }
    }

    private void Remove(LinkedListNode<WaitingRun> place)
    {
        waiting.Remove(place);
        waitingRows -= place.Value.Rows;
        if (waitingRows < options.MaxBatchRows && full.Task.IsCompleted)
        {
            full = NewSignal();
        }
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            await GatherAsync();
            var runs = Take();
            if (runs.Count == 0)
            {
                return;
            }

            CombinedRun.Execute(runs);
            ran(runs.Sum(run => run.Rows));
        }
    }

    /// <summary>Waits until a run is full or the one that has waited longest has waited long enough.</summary>
    private async Task GatherAsync()
    {
        TimeSpan left;
        Task filled;
        lock (gate)
        {
            if (waiting.First is not { } first)
            {
                return;
            }

            left = options.MaxDelay - clock.GetElapsedTime(first.Value.Arrival);
            filled = full.Task;
        }

        if (left > TimeSpan.Zero && !filled.IsCompleted)
        {
            await Task.WhenAny(filled, Task.Delay(left, clock));
        }
    }

    /// <summary>The next run: the one that has waited longest, and others of its graph, in order, as long as they fit. Where nothing waits, this place is given up.</summary>
    private List<WaitingRun> Take()
    {
        var runs = new List<WaitingRun>();
        lock (gate)
        {
            var rows = 0;
            for (var place = waiting.First; place is not null && (rows == 0 || rows < options.MaxBatchRows);)
            {
                var (run, next) = (place.Value, place.Next);
                if (rows == 0 || (run.Batch.Session == runs[0].Batch.Session && rows + run.Rows <= options.MaxBatchRows))
                {
                    Remove(place);
                    runs.Add(run);
                    rows += run.Rows;
                }

                place = next;
            }

            running -= runs.Count == 0 ? 1 : 0;
        }

        return runs;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
