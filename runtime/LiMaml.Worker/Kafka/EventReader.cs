using Confluent.Kafka;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>Reads and checks events where librdkafka holds their bytes, so that only rejected ones are copied. For one consumer.</summary>
/// <param name="topics">Which topic's events are re-keyed.</param>
/// <param name="encoders">By topic at least one, each of another schema: an event has to suit one of them, tried in this order.</param>
internal sealed class EventReader(TaskTopics topics, IReadOnlyDictionary<string, IReadOnlyList<EventEncoder>> encoders) : IDeserializer<Arrival>
{
    private readonly EncodedEvents latest = new();
    private volatile IReadOnlyDictionary<string, IReadOnlyList<EventEncoder>> encoders = encoders;

    /// <summary>From now on events are read by these.</summary>
    public void Use(IReadOnlyDictionary<string, IReadOnlyList<EventEncoder>> newEncoders) => encoders = newEncoders;

    /// <inheritdoc/>
    public Arrival Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        try
        {
            if (isNull)
            {
                throw new EventRejectedException(RejectionReasons.Size, "the record has no value, expected an event");
            }

            latest.Clear();
            Encode(encoders[context.Topic], data, HeadersOf(context.Headers));
            return topics.IsRekeyed(context.Topic) ? new Arrival(null, null, new OriginalEvent(data.ToArray(), latest.TasksOf(0))) : new Arrival(latest, null);
        }
        catch (EventRejectedException fault)
        {
            return new Arrival(null, new Rejection(fault.Reason, fault.Message, isNull ? null : data.ToArray()));
        }
    }

    // The first schema is the one in use: what it found wrong is told.
    private void Encode(IReadOnlyList<EventEncoder> current, ReadOnlySpan<byte> data, EventHeaders headers)
    {
        try
        {
            current[0].Encode(data, headers, latest);
        }
        catch (EventRejectedException) when (current.Count > 1)
        {
            for (var index = 1; index < current.Count; index++)
            {
                if (TryEncode(current[index], data, headers))
                {
                    return;
                }
            }

            throw;
        }
    }

    private bool TryEncode(EventEncoder encoder, ReadOnlySpan<byte> data, EventHeaders headers)
    {
        try
        {
            encoder.Encode(data, headers, latest);
            return true;
        }
        catch (EventRejectedException)
        {
            return false;
        }
    }

    private static EventHeaders HeadersOf(Headers? headers)
    {
        if (headers is null || headers.Count == 0)
        {
            return EventHeaders.None;
        }

        var values = new Dictionary<string, byte[]>(headers.Count);
        foreach (var header in headers)
        {
            values[header.Key] = header.GetValueBytes() ?? [];
        }

        return new EventHeaders(values);
    }
}
