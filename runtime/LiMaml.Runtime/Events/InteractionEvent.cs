namespace LiMaml.Runtime.Events;

/// <summary>
/// One labelled interaction with its features as they were when it happened. Equality is by reference of the
/// dictionaries: compare events by what a format writes of them.
/// </summary>
public sealed record InteractionEvent
{
    /// <summary>
    /// Values of the key columns of the schema's task definitions, by the column's name. The event belongs to a task of
    /// each definition whose columns all have a value; to one at least.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Keys { get; init; }

    /// <summary>Event time, microseconds since 1970-01-01 UTC.</summary>
    public required long EventTime { get; init; }

    /// <summary>0 or 1 for binary labels, 0 to 1 for graded ones, finite for real ones.</summary>
    public required float Label { get; init; }

    /// <summary>Finite, 0 or more; default 1.</summary>
    public float Weight { get; init; } = 1;

    /// <summary>What tells this event from every other of its tasks; null where its whole content does. A store fills it in.</summary>
    public string? EventId { get; init; }

    /// <summary>Values by the feature's name. A category that is missing is 'unknown', a set of categories that is missing is empty.</summary>
    public required IReadOnlyDictionary<string, FeatureValue> Features { get; init; }
}
