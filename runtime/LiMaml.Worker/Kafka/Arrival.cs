using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>What a record turned out to be: an event for the windows, an event to be re-keyed, or the reason why it is none.</summary>
/// <param name="Event">The event for the windows, valid until the next record is read; null where there is none.</param>
/// <param name="Rejection">Why it was rejected; null for an event.</param>
/// <param name="Original">The event to be re-keyed; null where there is none.</param>
internal readonly record struct Arrival(EncodedEvents? Event, Rejection? Rejection, OriginalEvent? Original = null);

/// <summary>A rejected record's value and the reason.</summary>
/// <param name="Reason">One of <see cref="RejectionReasons"/>.</param>
/// <param name="Message">What was found, what would be accepted.</param>
/// <param name="Payload">The value as it came; null for a record without one.</param>
internal sealed record Rejection(string Reason, string Message, byte[]? Payload);
