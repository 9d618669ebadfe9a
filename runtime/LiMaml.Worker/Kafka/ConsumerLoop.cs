using Confluent.Kafka;
using LiMaml.Models;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// Reads events of the assigned partitions on a thread of its own and has each batch settled beside the reading of the
/// next. Polling never stops, whatever settling waits for, so the group keeps this worker.
/// </summary>
internal sealed class ConsumerLoop(
    KafkaOptions options,
    TaskTopics topics,
    TimeSpan maxAge,
    EventReader reader,
    Assignment assignment,
    Settlement settlement,
    ConsumptionStatus status,
    TimeProvider clock,
    ILogger<ConsumerLoop> logger) : IDisposable
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool started;
    private RecordBatch gathered = new();
    private long gatheringSince;
    private Task settling = Task.CompletedTask;

    /// <summary>Completes when reading has ended: after <see cref="StopAsync"/>, or with the fault that ended it.</summary>
    public Task Ended => ended.Task;

    /// <summary>Joins the group and reads, until stopped.</summary>
    /// <exception cref="InvalidInputException">librdkafka refuses a setting.</exception>
    public void Start()
    {
        var consumer = BuildConsumer();
        started = true;
        new Thread(() => Run(consumer)) { IsBackground = true, Name = "limaml-consumer" }.Start();
    }

    /// <summary>Leaves the group, with all windows flushed and closed.</summary>
    /// <param name="bound">How long to wait for it; what is not done by then is read again after the next start.</param>
    public async Task StopAsync(TimeSpan bound)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        if (started && await Task.WhenAny(Ended, Task.Delay(bound, clock)).ConfigureAwait(false) != Ended)
        {
            logger.LogWarning("Reading did not end within {Bound}.", bound);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stopping.Dispose();

    private void Run(IConsumer<byte[]?, Arrival> consumer)
    {
        try
        {
            ReadAll(consumer);
            ended.TrySetResult();
        }
#pragma warning disable CA1031 // a thread's last resort: the host learns of it and stops
        catch (Exception fault)
#pragma warning restore CA1031
        {
            ended.TrySetException(fault);
        }
    }

    private void ReadAll(IConsumer<byte[]?, Arrival> consumer)
    {
        while (true)
        {
            try
            {
                AwaitTopics();
                consumer.Subscribe(topics.All);
                while (!stopping.IsCancellationRequested)
                {
                    Step(consumer);
                }

                return;
            }
            catch (KafkaException fault) when (fault.Error.IsFatal && !stopping.IsCancellationRequested)
            {
                logger.LogError(fault, "The Kafka client gave up. A new one is made in {Delay}.", options.RetryDelay);
            }
            finally
            {
                Leave(consumer);
            }

            stopping.Token.WaitHandle.WaitOne(options.RetryDelay);
            consumer = BuildConsumer();
        }
    }

    // Events are re-keyed to topics that keep them for as long as windows need.
    private void AwaitTopics()
    {
        while (topics.AreRekeyed && !stopping.IsCancellationRequested && TaskTopicCreation.Ensure(options, topics, maxAge, logger) is { } trouble)
        {
            status.Polled(clock.GetTimestamp());
            if (status.Wait(trouble))
            {
                logger.LogError("Consumption waits: {Trouble}. It is tried again every {Delay}.", trouble, options.RetryDelay);
            }

            stopping.Token.WaitHandle.WaitOne(options.RetryDelay);
        }

        status.Resume();
    }

    private void Step(IConsumer<byte[]?, Arrival> consumer)
    {
        status.Polled(clock.GetTimestamp());
        Gather(consumer);
        if (gathered.Count > 0)
        {
            HandOver(consumer);
        }

        assignment.Tend(consumer);
    }

    // Until the batch is full, or its time is over, or nothing comes.
    private void Gather(IConsumer<byte[]?, Arrival> consumer)
    {
        var wait = PollTime;
        while (gathered.Count < options.BatchRecords && wait > TimeSpan.Zero && Read(consumer, wait))
        {
            wait = gathered.Count == 0 ? TimeSpan.Zero : options.BatchTime - clock.GetElapsedTime(gatheringSince);
        }
    }

    private bool Read(IConsumer<byte[]?, Arrival> consumer, TimeSpan wait)
    {
        try
        {
            if (consumer.Consume(wait) is not { } record)
            {
                return false;
            }

            if (assignment.Find(record.Topic, record.Partition) is { } partition)
            {
                gatheringSince = gathered.Count == 0 ? clock.GetTimestamp() : gatheringSince;
                gathered.Add(partition, record);
            }

            return true;
        }
        catch (ConsumeException fault) when (fault.Error.Code == ErrorCode.Local_ValueDeserialization)
        {
            ReadAgain(consumer, fault);
            return false;
        }
        catch (ConsumeException fault) when (!fault.Error.IsFatal)
        {
            ClientLog.Write(logger, fault.Error);
            return false;
        }
    }

    // Not the event's fault (those are dead letters): what reading needs is away, e.g. the schema registry.
    private void ReadAgain(IConsumer<byte[]?, Arrival> consumer, ConsumeException fault)
    {
        if (status.Wait($"events can't be read: {(fault.InnerException ?? fault).Message}"))
        {
            logger.LogError(fault, "Consumption waits: events can't be read. It is tried again.");
        }

        assignment.GoBack(consumer, fault.ConsumerRecord.TopicPartitionOffset);
        stopping.Token.WaitHandle.WaitOne(TimeSpan.FromTicks(Math.Min(options.RetryDelay.Ticks, TimeSpan.TicksPerSecond)));
    }

    private void HandOver(IConsumer<byte[]?, Arrival> consumer)
    {
        if (Task.WaitAny([settling], Patience) < 0)
        {
            Hold(consumer);
        }

        if (stopping.IsCancellationRequested)
        {
            return;
        }

        ThrowIfFailed();
        var batch = gathered;
        gathered = new RecordBatch();
        settling = Task.Run(() => settlement.SettleAsync(batch, stopping.Token));
    }

    // What was not settled must not be followed by what comes after it: the next start reads it again.
    private void ThrowIfFailed()
    {
        if (settling.IsFaulted)
        {
            settling.GetAwaiter().GetResult();
        }
    }

    // Settling waits for a disk or a broker: take nothing more, and go on polling, or the group gives the partitions away.
    private void Hold(IConsumer<byte[]?, Arrival> consumer)
    {
        while (!settling.IsCompleted && !stopping.IsCancellationRequested)
        {
            status.Polled(clock.GetTimestamp());
            assignment.Pause(consumer);
            Read(consumer, PollTime);
        }

        assignment.Resume(consumer);
    }

    // Closing hands the partitions back, and so closes their windows.
    private void Leave(IConsumer<byte[]?, Arrival> consumer)
    {
        gathered = new RecordBatch();
        Task.WaitAny([settling], LeaveTime);
        try
        {
            consumer.Close();
        }
        catch (KafkaException fault)
        {
            logger.LogWarning(fault, "Leaving the group failed; it notices by itself.");
        }
        finally
        {
            assignment.End();
            consumer.Dispose();
        }
    }

    private IConsumer<byte[]?, Arrival> BuildConsumer() => ClientSettings.Build(() =>
        new ConsumerBuilder<byte[]?, Arrival>(ClientSettings.Consumer(options))
            .SetValueDeserializer(reader)
            .SetPartitionsAssignedHandler((consumer, partitions) => assignment.Take(consumer, partitions))
            .SetPartitionsRevokedHandler((consumer, partitions) => assignment.GiveBack(consumer, partitions))
            .SetPartitionsLostHandler((_, partitions) => assignment.Lose(partitions))
            .SetLogHandler((_, entry) => ClientLog.Write(logger, entry))
            .SetErrorHandler((_, error) => ClientLog.Write(logger, error))
            .Build());
}
