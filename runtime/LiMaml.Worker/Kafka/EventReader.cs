using Confluent.Kafka;
using LiMaml.Runtime.Events;

namespace LiMaml.Worker.Kafka;

/// <summary>Reads and checks events where librdkafka holds their bytes, so that only rejected ones are copied.</summary>
internal sealed class EventReader(IEventFormat format, EventSchema schema, TimeSpan maxFutureSkew, TimeProvider clock) : IDeserializer<Arrival>
{
    private volatile Rules rules = new(format, schema);

    /// <summary>From now on events are of this schema, in this form.</summary>
    public void Use(IEventFormat newFormat, EventSchema newSchema) => rules = new(newFormat, newSchema);

    /// <inheritdoc/>
    public Arrival Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        var (currentFormat, currentSchema) = rules;
        try
        {
            if (isNull)
            {
                throw new EventRejectedException(RejectionReasons.Size, "the record has no value, expected an event");
            }

            var interaction = currentFormat.Read(data, HeadersOf(context.Headers));
            currentSchema.Validate(interaction, clock.GetUtcNow(), maxFutureSkew);
            return new Arrival(interaction, null);
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

    private sealed record Rules(IEventFormat Format, EventSchema Schema);
}
