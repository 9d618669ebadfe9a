namespace LiMaml.Runtime.Events;

/// <summary>
/// What travels beside a payload. Of CloudEvents' binary mode, <c>ce_id</c> is the event id and <c>ce_time</c> the event
/// time where the payload has none; <c>ce_type</c> and everything else is ignored. (CloudEvents makes ids unique within a
/// source: give the payload an id where several sources feed the same tasks.)
/// </summary>
/// <param name="Values">By name, as bytes.</param>
public sealed record EventHeaders(IReadOnlyDictionary<string, byte[]> Values)
{
    /// <summary>CloudEvents' header for the event id, UTF-8.</summary>
    public const string Id = "ce_id";

    /// <summary>CloudEvents' header for the event time, RFC 3339 in UTF-8.</summary>
    public const string Time = "ce_time";

    /// <summary>No headers.</summary>
    public static EventHeaders None { get; } = new(new Dictionary<string, byte[]>());
}
