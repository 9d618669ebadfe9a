using LiMaml.Models;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Operation;

/// <summary>
/// What happens by itself beside consumption: adapting by schedule and as tasks change, taking up other packages and what
/// other workers publish, and sweeping the windows. A failure is logged, and the next turn tries again.
/// </summary>
internal sealed class RefreshLoops(WorkerSettings settings, ModelHost models, Consumption consumption, TimeProvider clock, ILogger<RefreshLoops> logger) : BackgroundService
{
    private static readonly TimeSpan FollowTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CountTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SweepTime = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private (string Folder, DateTime Written)? seen;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        seen = Version(models.Package.Folder);
        var loops = new List<Task>
        {
            ScheduleAsync(stoppingToken),
            EveryAsync(settings.Worker.PackagePoll, () => TakeUpPackageAsync(stoppingToken), "looking for another package", stoppingToken),
            EveryAsync(CountTime, () => Maintain((windows, store) => windows.Totals = store.Measure()), "counting windows", stoppingToken),
            EveryAsync(SweepTime, () => Maintain((_, store) => store.Sweep()), "sweeping windows", stoppingToken),
        };
        if (settings.Schedule.ContinuousDelay is { } delay)
        {
            loops.Add(EveryAsync(delay / 2, () => AdaptChangedAsync(stoppingToken), "adapting tasks that changed", stoppingToken));
        }

        if (settings.Embeddings.IsShared)
        {
            loops.Add(EveryAsync(FollowTime, () => models.FollowAsync(stoppingToken), "following what other workers publish", stoppingToken));
        }

        return Task.WhenAll(loops);
    }

    private async Task ScheduleAsync(CancellationToken stop)
    {
        await FirstAsync(stop);
        while (!stop.IsCancellationRequested)
        {
            var now = clock.GetUtcNow();
            var wait = settings.Schedule.Next(now) - now ?? Timeout.InfiniteTimeSpan;
            await DelayAsync(wait > LongestWait ? LongestWait : wait, stop);
            if (wait <= LongestWait && !stop.IsCancellationRequested)
            {
                await TryAsync(() => models.RefreshAsync(consumption.Stores.Views, stop), "the scheduled refresh", stop);
            }
        }
    }

    // Without embeddings of the model every task is cold: as soon as the windows are there, adapt.
    private async Task FirstAsync(CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        while (models.Pointer is null && !stop.IsCancellationRequested)
        {
            if (consumption.IsCaughtUp || clock.GetElapsedTime(began) >= settings.Schedule.CatchUpTime)
            {
                await TryAsync(() => models.RefreshAsync(consumption.Stores.Views, stop), "the first refresh", stop);
            }

            await DelayAsync(TimeSpan.FromMilliseconds(200), stop);
        }
    }

    private async Task AdaptChangedAsync(CancellationToken stop)
    {
        if (models.Pointer is null)
        {
            return;
        }

        var batches = new List<DirtyBatch>();
        var views = new List<(WindowView View, IReadOnlyList<TaskRef> Tasks)>();
        try
        {
            foreach (var windows in consumption.Stores.Open)
            {
                if (windows.Try(store => store.TakeDirty(settings.Schedule.ContinuousTasks)) is { } batch)
                {
                    batches.Add(batch);
                    if (batch.Tasks.Count > 0 && windows.Try(store => store.View()) is { } view)
                    {
                        views.Add((view, batch.Tasks));
                    }
                }
            }

            if (views.Count > 0 && await models.RefreshChangedAsync(RefreshSource.Changed(views), stop) is not null)
            {
                batches.ForEach(Complete);
            }
        }
        finally
        {
            views.ForEach(view => view.View.Dispose());
            batches.ForEach(GiveBack);
        }
    }

    private async Task TakeUpPackageAsync(CancellationToken stop)
    {
        var version = Version(models.Catalogue.Current());
        if (version == seen)
        {
            return;
        }

        seen = version;
        try
        {
            if (await models.UseAsync(version.Folder, consumption.Stores.Views, stop))
            {
                logger.LogInformation("Package {Folder} is in use.", version.Folder);
            }
        }
        catch (InvalidInputException fault)
        {
            logger.LogError("Package {Folder} is refused, the present one stays: {Message}", version.Folder, fault.Message);
        }
        catch (Exception)
        {
            seen = null; // not the package's fault: tried again
            throw;
        }
    }

    private Task Maintain(Action<PartitionWindows, WindowStore> work)
    {
        foreach (var windows in consumption.Stores.Open)
        {
            windows.Try(store =>
            {
                work(windows, store);
                return true;
            });
        }

        return Task.CompletedTask;
    }

    // A store that was closed meanwhile keeps its marks.
    private static void Complete(DirtyBatch batch) => Ignore(batch.Complete);

    private static void GiveBack(DirtyBatch batch) => Ignore(batch.Dispose);

    private static void Ignore(Action end)
    {
        try
        {
            end();
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private async Task EveryAsync(TimeSpan time, Func<Task> work, string what, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await TryAsync(work, what, stop);
            await DelayAsync(time, stop);
        }
    }

    private async Task TryAsync(Func<Task> work, string what, CancellationToken stop)
    {
        try
        {
            await Task.Run(work, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The worker ends.
        }
        catch (ObjectDisposedException) when (!stop.IsCancellationRequested)
        {
            logger.LogInformation("A partition was taken away during {What}; the next turn does without it.", what);
        }
        catch (DamagedStoreException fault)
        {
            consumption.Stores.Abandon(fault);
        }
#pragma warning disable CA1031 // whatever it is, the worker goes on with what it has
        catch (Exception fault)
#pragma warning restore CA1031
        {
            logger.LogError(fault, "Failed: {What}. It is tried again.", what);
        }
    }

    private async Task DelayAsync(TimeSpan time, CancellationToken stop)
    {
        try
        {
            await Task.Delay(time, clock, stop);
        }
        catch (OperationCanceledException)
        {
            // The worker ends.
        }
    }

    private static (string Folder, DateTime Written) Version(string folder) =>
        (folder, File.GetLastWriteTimeUtc(Path.Combine(folder, LiMaml.Models.Packages.Manifest.FileName)));
}
