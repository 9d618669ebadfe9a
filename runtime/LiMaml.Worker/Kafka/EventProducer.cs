using System.Text;
using Confluent.Kafka;
using LiMaml.Models;
using LiMaml.Runtime.Events;

namespace LiMaml.Worker.Kafka;

/// <summary>Sends events to the topic, keyed by task, so that a task's events are in one partition.</summary>
public sealed class EventProducer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly KafkaOptions options;
    private readonly EventSchema schema;
    private readonly IEventFormat format;
    private readonly string task;
    private readonly IProducer<byte[], byte[]> producer;
    private readonly TimeProvider clock;
    private Error? failure;

    /// <summary>Connects; the broker may be away for a while.</summary>
    /// <param name="options">The cluster, the topic and the form.</param>
    /// <param name="schema">The schema of the events.</param>
    /// <param name="task">The task definition whose keys are the records'; the schema's first where null.</param>
    /// <param name="clock">For the pace; the system's where null.</param>
    /// <exception cref="InvalidInputException">A setting is out of range, or there is no such task definition.</exception>
    public EventProducer(KafkaOptions options, EventSchema schema, string? task = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(schema);
        options.Validate();
        this.options = options;
        this.schema = schema;
        this.clock = clock ?? TimeProvider.System;
        this.task = task is null ? schema.Dataset.Tasks[0].Name : schema.Dataset.Task(task).Name;
        format = EventFormats.Create(options, schema);
        var settings = ClientSettings.Producer(options);
        settings.LingerMs = 20;
        settings.Partitioner = Partitioner.Murmur2Random; // as the Java clients do
        producer = ClientSettings.Build(() => new ProducerBuilder<byte[], byte[]>(settings).SetLogHandler((_, _) => { }).Build());
    }

    /// <summary>Sends events; completes when the broker has all of them.</summary>
    /// <param name="events">In the order of sending.</param>
    /// <param name="pace">How fast.</param>
    /// <param name="progress">Told now and then how many were sent.</param>
    /// <param name="cancellation">Ends the sending.</param>
    /// <returns>How many were sent.</returns>
    /// <exception cref="InvalidInputException">The pace is out of range.</exception>
    /// <exception cref="IOException">The broker did not take an event.</exception>
    public async Task<long> SendAsync(IAsyncEnumerable<InteractionEvent> events, Pace pace, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(pace);
        pace.Validate();
        var (began, sent, first) = (clock.GetTimestamp(), 0L, default(long?));
        await foreach (var interaction in events.WithCancellation(cancellation))
        {
            if (sent == pace.MaxCount)
            {
                break;
            }

            first ??= interaction.EventTime;
            await WaitAsync(pace.Due(sent, TimeSpan.FromMicroseconds(interaction.EventTime - first.Value)) - clock.GetElapsedTime(began), cancellation);
            Send(interaction, cancellation);
            sent++;
            if (sent % 1000 == 0)
            {
                progress?.Report(sent);
            }
        }

        Flush(cancellation);
        progress?.Report(sent);
        return sent;
    }

    /// <inheritdoc/>
    public void Dispose() => producer.Dispose();

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellation)
    {
        if (wait >= TimeSpan.FromMilliseconds(1))
        {
            await Task.Delay(wait, clock, cancellation);
        }
    }

    private void Send(InteractionEvent interaction, CancellationToken cancellation)
    {
        var value = format.Write(interaction, out var extra);
        var key = schema.KeyOf(interaction, task) ?? throw new InvalidInputException("event", $"no key of task definition '{task}'", "a value for each of its key columns");
        var message = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(key), Value = value, Headers = HeadersOf(extra) };
        while (true)
        {
            ThrowIfFailed();
            cancellation.ThrowIfCancellationRequested();
            try
            {
                producer.Produce(options.Topic, message, report => failure = report.Error.IsError ? report.Error : failure);
                return;
            }
            catch (ProduceException<byte[], byte[]> fault) when (fault.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(Patience);
            }
        }
    }

    private void Flush(CancellationToken cancellation)
    {
        while (producer.Flush(Patience) > 0)
        {
            ThrowIfFailed();
            cancellation.ThrowIfCancellationRequested();
        }

        ThrowIfFailed();
    }

    private void ThrowIfFailed()
    {
        if (failure is { } error)
        {
            throw new IOException($"topic {options.Topic}: {error.Reason}");
        }
    }

    private static Headers? HeadersOf(EventHeaders extra)
    {
        if (extra.Values.Count == 0)
        {
            return null;
        }

        var headers = new Headers();
        foreach (var (name, value) in extra.Values)
        {
            headers.Add(name, value);
        }

        return headers;
    }
}
