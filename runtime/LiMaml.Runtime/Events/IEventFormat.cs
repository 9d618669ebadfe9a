namespace LiMaml.Runtime.Events;

/// <summary>A written form of events. Thread-safe.</summary>
public interface IEventFormat
{
    /// <summary>The name that configuration uses, e.g. <c>json</c>.</summary>
    string Name { get; }

    /// <summary>Reads one event and checks its form; <see cref="EventSchema.Validate"/> checks its values.</summary>
    /// <param name="payload">The message's value.</param>
    /// <param name="headers">The message's headers.</param>
    /// <exception cref="EventRejectedException">It can't be read.</exception>
    InteractionEvent Read(ReadOnlySpan<byte> payload, EventHeaders headers);

    /// <summary>Writes one event, so that reading gives an equal one.</summary>
    /// <param name="interaction">Valid under the format's schema.</param>
    /// <param name="headers">What to send beside the payload.</param>
    /// <exception cref="EventRejectedException">The form can't express it.</exception>
    byte[] Write(InteractionEvent interaction, out EventHeaders headers);
}
