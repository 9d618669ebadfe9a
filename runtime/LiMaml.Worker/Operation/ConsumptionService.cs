using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Operation;

/// <summary>Consumption as a part of the host: where it fails for good, the host ends with an exit code.</summary>
internal sealed class ConsumptionService(Consumption consumption, WorkerOptions options, IHostApplicationLifetime lifetime, ILogger<ConsumptionService> logger) : IHostedService
{
    /// <summary>Exit code of a process whose consumption failed.</summary>
    public const int Failed = 70;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        consumption.Start();
        _ = WatchAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => consumption.StopAsync(options.ShutdownTime * 0.8);

    private async Task WatchAsync()
    {
        try
        {
            await consumption.Ended;
        }
#pragma warning disable CA1031 // reported, and the end of the process
        catch (Exception fault)
#pragma warning restore CA1031
        {
            logger.LogCritical(fault, "Consumption has failed; the worker ends.");
            Environment.ExitCode = Failed;
            lifetime.StopApplication();
        }
    }
}
