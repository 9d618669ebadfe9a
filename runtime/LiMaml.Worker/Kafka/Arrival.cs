using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>What a record turned out to be: an event, or the reason why it is none.</summary>
/// <param name="Event">The event, valid until the next record is read; null where it was rejected.</param>
/// <param name="Rejection">Why it was rejected; null for an event.</param>
internal readonly record struct Arrival(EncodedEvents? Event, Rejection? Rejection);

/// <summary>A rejected record's value and the reason.</summary>
/// <param name="Reason">One of <see cref="RejectionReasons"/>.</param>
/// <param name="Message">What was found, what would be accepted.</param>
/// <param name="Payload">The value as it came; null for a record without one.</param>
internal sealed record Rejection(string Reason, string Message, byte[]? Payload);
