using LiMaml.Worker.Kafka;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LiMaml.Worker.Operation;

/// <summary>Alive: consumption polls its group. A worker that is not had better be started anew.</summary>
internal sealed class LivenessCheck(Consumption consumption, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = consumption.Status;
        var silent = status.LastPoll == 0 ? TimeSpan.Zero : clock.GetElapsedTime(status.LastPoll);
        return Task.FromResult(
            consumption.Ended.IsFaulted ? HealthCheckResult.Unhealthy("consumption has failed", consumption.Ended.Exception)
            : silent > LongestPoll ? HealthCheckResult.Unhealthy($"the group was not polled for {silent}")
            : status.Trouble is { } trouble ? HealthCheckResult.Degraded($"consumption waits: {trouble}")
            : HealthCheckResult.Healthy());
    }
}

/// <summary>Ready: partitions are assigned, a package is loaded, embeddings are there.</summary>
internal sealed class ReadinessCheck(Consumption consumption, ModelHost models) : IHealthCheck
{
    /// <summary>What is waited for; null where nothing is.</summary>
    public string? Missing =>
        !consumption.Status.Joined ? "no partitions were assigned yet"
        : models.Bundles.Current is null ? "no package is loaded"
        : models.Pointer is null ? "no embeddings were published for the package yet"
        : null;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Missing is { } missing ? HealthCheckResult.Unhealthy(missing) : HealthCheckResult.Healthy());
}
