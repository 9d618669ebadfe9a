using System.Text;
using Confluent.Kafka;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>A valid event as it came, and the tasks that it belongs to.</summary>
/// <param name="Payload">The record's value.</param>
/// <param name="Tasks">One of each definition that it has the key columns of.</param>
internal sealed record OriginalEvent(byte[] Payload, IReadOnlyList<TaskRef> Tasks);

/// <summary>An event to be re-keyed, and where it stood.</summary>
/// <param name="Source">Topic, partition and offset.</param>
/// <param name="Event">The event.</param>
/// <param name="Headers">The record's headers as they came.</param>
/// <param name="Time">The record's time.</param>
internal sealed record RekeyedEvent(TopicPartitionOffset Source, OriginalEvent Event, Headers? Headers, Timestamp Time);

/// <summary>
/// Writes events to the topics of the task definitions, keyed by the task of each, and waits until the broker has them. Value,
/// headers and time stay as they were, so that the event is the same and has the same id, its own or that of its content:
/// written again after a crash, it is a duplicate to the windows.
/// </summary>
internal sealed class Rekeying : IDisposable
{
    // Well below the client's queue (100,000 records by default).
    private const int RecordsAtOnce = 20_000;

    private readonly TaskTopics topics;
    private readonly RenewedProducer<byte[], byte[]> producers;

    /// <summary>Connects; the broker may be away for a while.</summary>
    public Rekeying(KafkaOptions options, TaskTopics topics, ILogger logger)
    {
        this.topics = topics;
        producers = new RenewedProducer<byte[], byte[]>(options, logger, settings => settings.Partitioner = Partitioner.Murmur2Random); // as the Java clients do
    }

    /// <summary>
    /// Completes when the broker has all of them. After a failure some may be there: writing them again does no harm. One call at a time.
    /// </summary>
    /// <exception cref="KafkaException">The broker did not take one of them.</exception>
    public async Task DeliverAsync(IReadOnlyList<RekeyedEvent> events)
    {
        foreach (var some in events.Chunk(RecordsAtOnce / topics.OfTasks.Count))
        {
            var producer = producers.Next();
            await Task.WhenAll(some.SelectMany(one => one.Event.Tasks.Select(task => DeliverAsync(producer, one, task)))).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => producers.Dispose();

    private async Task DeliverAsync(IProducer<byte[], byte[]> producer, RekeyedEvent one, TaskRef task)
    {
        var topic = topics.TopicOf(task.Task);
        try
        {
            await producer.ProduceAsync(topic, MessageOf(one, task, withSource: true)).ConfigureAwait(false);
        }
        catch (ProduceException<byte[], byte[]> fault) when (fault.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            // The added headers may have made it too large; nothing but people's curiosity needs them.
            await producer.ProduceAsync(topic, MessageOf(one, task, withSource: false)).ConfigureAwait(false);
        }
    }

    private static Message<byte[], byte[]> MessageOf(RekeyedEvent one, TaskRef task, bool withSource)
    {
        var headers = RecordHeaders.Copy(one.Headers);
        if (withSource)
        {
            RecordHeaders.AddSource(headers, one.Source);
        }

        var time = one.Time.Type == TimestampType.CreateTime ? one.Time : Timestamp.Default;
        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(task.Key), Value = one.Event.Payload, Headers = headers, Timestamp = time };
    }
}
