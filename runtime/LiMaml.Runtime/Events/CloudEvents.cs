using System.Globalization;
using System.Text;
using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Events;

/// <summary>CloudEvents' headers in Kafka's binary mode.</summary>
internal static class CloudEvents
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The event id: the payload's where it has one, the header's otherwise, null where there is neither.</summary>
    /// <exception cref="EventRejectedException">The header can't be read.</exception>
    public static string? Id(EventHeaders headers, string? payload) =>
        payload is null && headers.Values.TryGetValue(EventHeaders.Id, out var bytes) ? Text(bytes, EventHeaders.Id, RejectionReasons.EventId) : payload;

    /// <summary>The event time: the payload's where it has one, the header's otherwise.</summary>
    /// <exception cref="EventRejectedException">There is neither, or the header can't be read.</exception>
    public static long Time(EventHeaders headers, long? payload)
    {
        if (payload is { } time)
        {
            return time;
        }

        return headers.Values.TryGetValue(EventHeaders.Time, out var bytes)
            ? Parse(Text(bytes, EventHeaders.Time, RejectionReasons.EventTime), $"header {EventHeaders.Time}")
            : throw EventValidation.Fault(RejectionReasons.MissingMember, "event time", "nothing", $"one in the payload or in the header {EventHeaders.Time}");
    }

    /// <summary>Microseconds since 1970 UTC of an ISO 8601 time; a time without a zone is UTC, digits beyond microseconds are cut off.</summary>
    /// <exception cref="EventRejectedException">It is none.</exception>
    public static long Parse(string text, string where) =>
        DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? EventTime.Microseconds(time)
            : throw EventValidation.Fault(RejectionReasons.EventTime, where, EventValidation.Short(text), "an ISO 8601 time, e.g. 2026-01-31T12:00:00Z");

    private static string[] Forms { get; } = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    private static string Text(byte[] bytes, string header, string reason)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new EventRejectedException(reason, $"header {header}: found bytes that are not UTF-8, expected text.", error);
        }
    }
}
