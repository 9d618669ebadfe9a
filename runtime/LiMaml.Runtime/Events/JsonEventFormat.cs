using System.Buffers;
using System.Text.Json;

namespace LiMaml.Runtime.Events;

/// <summary>
/// Events as JSON objects with features by name: self-explaining, more than twice as large as <see cref="ProtobufEventFormat"/>.
/// Thread-safe.
/// </summary>
/// <param name="schema">The schema of events.</param>
/// <param name="ignoreUnknown">Whether members and features that the schema does not have are ignored; they are rejected otherwise.</param>
public sealed class JsonEventFormat(EventSchema schema, bool ignoreUnknown = false) : IEventFormat
{
    private readonly EventLayout layout = schema.Layout;

    /// <summary><c>json</c>.</summary>
    public string Name => "json";

    /// <inheritdoc/>
    public InteractionEvent Read(ReadOnlySpan<byte> payload, EventHeaders headers)
    {
        if (payload.Length is 0 or > EventLimits.MaxPayloadBytes)
        {
            throw EventValidation.Fault(RejectionReasons.Size, "payload", $"{payload.Length} bytes", $"1 to {EventLimits.MaxPayloadBytes}");
        }

        try
        {
            return new JsonEventReader(payload, layout, ignoreUnknown).Read(headers);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new EventRejectedException(RejectionReasons.Malformed, $"payload: found no JSON text ({error.Message}), expected an event as a JSON object.", error);
        }
    }

    /// <inheritdoc/>
    public byte[] Write(InteractionEvent interaction, out EventHeaders headers)
    {
        headers = EventHeaders.None;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, JsonEventWriter.Options))
        {
            JsonEventWriter.Write(writer, interaction);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
