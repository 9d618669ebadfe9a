using LiMaml.Runtime.Windows;
using LiMaml.Worker.Operation;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// Takes records up: dead letters to the broker first, then events and offset to the windows in one step. What is refused
/// is tried again until it succeeds or the partition is taken away; nothing is passed over.
/// </summary>
internal sealed class Settlement(
    PartitionStores stores,
    DeadLetters letters,
    ConsumptionStatus status,
    WorkerMetrics metrics,
    KafkaOptions options,
    TimeProvider clock,
    ILogger<Settlement> logger)
{
    /// <summary>Settles all partitions of a batch. Runs beside the reading of the next one.</summary>
    /// <param name="batch">What was read.</param>
    /// <param name="stop">Gives up; what was not settled is read again after the next start.</param>
    public async Task SettleAsync(RecordBatch batch, CancellationToken stop)
    {
        foreach (var part in batch.Parts)
        {
            await SettleAsync(part, stop).ConfigureAwait(false);
        }
    }

    private async Task SettleAsync(PartitionRecords part, CancellationToken stop)
    {
        var delivered = part.Letters.Count == 0;
        while (!part.Windows.Closed)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                if (!delivered)
                {
                    await letters.DeliverAsync(part.Letters).ConfigureAwait(false);
                    delivered = true;
                }

                if (part.Windows.Apply(part.Events, part.NextOffset))
                {
                    Settled(part);
                }

                return;
            }
            catch (DamagedStoreException fault)
            {
                stores.Abandon(part.Windows, fault);
                return;
            }
#pragma warning disable CA1031 // a broker or a disk that refuses: whatever the reason, waiting is all there is to do
            catch (Exception fault)
#pragma warning restore CA1031
            {
                await WaitAsync(part, delivered, fault, stop).ConfigureAwait(false);
            }
        }
    }

    private void Settled(PartitionRecords part)
    {
        if (status.Resume())
        {
            logger.LogInformation("Consumption goes on.");
        }

        status.Consumed(part.Events.Count + part.Letters.Count);
        metrics.Consumed(part.Windows.Partition, part.Events.Count);
        foreach (var letter in part.Letters)
        {
            metrics.DeadLettered(letter.Rejection.Reason);
            logger.LogWarning("Dead letter: {Source}: {Reason}: {Message}", letter.Source, letter.Rejection.Reason, letter.Rejection.Message);
        }
    }

    private async Task WaitAsync(PartitionRecords part, bool delivered, Exception fault, CancellationToken stop)
    {
        var what = delivered ? $"the windows of {part.Windows.Partition} can't be written" : $"the dead-letter topic {options.DeadLetters} can't be written";
        if (status.Wait($"{what}: {fault.Message}"))
        {
            logger.LogError(fault, "Consumption waits: {What}. It is tried again every {Delay}, and nothing is passed over.", what, options.RetryDelay);
        }

        await Task.Delay(options.RetryDelay, clock, stop).ConfigureAwait(false);
        if (delivered)
        {
            Reset(part.Windows);
        }
    }

    // RocksDB refuses every write after one that failed, until it is opened again.
    private void Reset(PartitionWindows windows)
    {
        try
        {
            windows.Reset();
        }
#pragma warning disable CA1031 // it is given up either way: the next write opens it
        catch (Exception fault)
#pragma warning restore CA1031
        {
            logger.LogDebug(fault, "Closing the windows of {Partition} after a failed write failed too.", windows.Partition);
        }
    }
}
