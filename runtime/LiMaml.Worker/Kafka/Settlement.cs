using LiMaml.Runtime.Windows;
using LiMaml.Worker.Operation;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// Takes records up: dead letters to the broker first, then events and offset to the windows in one step, or, where they are
/// re-keyed, events to the broker and then the offset to the group. What is refused
/// is tried again until it succeeds or the partition is taken away; nothing is passed over.
/// </summary>
internal sealed class Settlement(
    PartitionStores stores,
    DeadLetters letters,
    Rekeying? rekeying,
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
        while (!part.Partition.Closed)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                if (!delivered)
                {
                    await letters.DeliverAsync(part.Letters).ConfigureAwait(false);
                    delivered = true;
                }

                if (await TakeUpAsync(part).ConfigureAwait(false))
                {
                    Settled(part);
                }

                return;
            }
            catch (DamagedStoreException fault) when (part.Partition is PartitionWindows windows)
            {
                stores.Abandon(windows, fault);
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

    private async Task<bool> TakeUpAsync(PartitionRecords part)
    {
        if (part.Partition is PartitionWindows windows)
        {
            return windows.Apply(part.Events, part.NextOffset);
        }

        await rekeying!.DeliverAsync(part.Rekeyed).ConfigureAwait(false);
        return ((PartitionRelay)part.Partition).Relayed(part.NextOffset);
    }

    private void Settled(PartitionRecords part)
    {
        if (status.Resume())
        {
            logger.LogInformation("Consumption goes on.");
        }

        status.Consumed(part.EventCount + part.Letters.Count);
        metrics.Consumed(part.Partition.Partition, part.EventCount);
        metrics.Rekeyed(part.Rekeyed);
        foreach (var letter in part.Letters)
        {
            metrics.DeadLettered(letter.Rejection.Reason);
            logger.LogWarning("Dead letter: {Source}: {Reason}: {Message}", letter.Source, letter.Rejection.Reason, letter.Rejection.Message);
        }
    }

    private async Task WaitAsync(PartitionRecords part, bool delivered, Exception fault, CancellationToken stop)
    {
        var what = delivered && part.Partition is PartitionRelay ? $"events of {part.Partition.Partition} can't be re-keyed"
            : delivered ? $"the windows of {part.Partition.Partition} can't be written" : $"the dead-letter topic {options.DeadLetters} can't be written";
        if (status.Wait($"{what}: {fault.Message}"))
        {
            logger.LogError(fault, "Consumption waits: {What}. It is tried again every {Delay}, and nothing is passed over.", what, options.RetryDelay);
        }

        await Task.Delay(options.RetryDelay, clock, stop).ConfigureAwait(false);
        if (delivered && part.Partition is PartitionWindows windows)
        {
            Reset(windows);
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
