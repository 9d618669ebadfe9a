using Confluent.Kafka;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>Reads and checks events where librdkafka holds their bytes, so that only rejected ones are copied. For one consumer.</summary>
internal sealed class EventReader(EventEncoder encoder) : IDeserializer<Arrival>
{
    private readonly EncodedEvents latest = new();
    private volatile EventEncoder encoder = encoder;

    /// <summary>From now on events are read by this.</summary>
    public void Use(EventEncoder newEncoder) => encoder = newEncoder;

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
            encoder.Encode(data, HeadersOf(context.Headers), latest);
            return new Arrival(latest, null);
        }
        catch (EventRejectedException fault)
        {
            return new Arrival(null, new Rejection(fault.Reason, fault.Message, isNull ? null : data.ToArray()));
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
