namespace LiMaml.Runtime.Events;

/// <summary>Why events are rejected: stable codes for metrics and dead letters.</summary>
public static class RejectionReasons
{
    /// <summary>The payload is larger than <see cref="EventLimits.MaxPayloadBytes"/>, or empty.</summary>
    public const string Size = "size";

    /// <summary>The payload is not of the format at all.</summary>
    public const string Malformed = "malformed";

    /// <summary>The payload was written for events of another schema.</summary>
    public const string SchemaMismatch = "schemaMismatch";

    /// <summary>A member that the format does not have, or has once only.</summary>
    public const string UnexpectedMember = "unexpectedMember";

    /// <summary>A member that must be there is not.</summary>
    public const string MissingMember = "missingMember";

    /// <summary>A key column's value is missing, too long or not text.</summary>
    public const string Key = "key";

    /// <summary>The event time can't be read or is outside the years 1970 to 9999.</summary>
    public const string EventTime = "eventTime";

    /// <summary>The event time is too far ahead of the clock.</summary>
    public const string FutureEventTime = "futureEventTime";

    /// <summary>The label is not what the kind of label takes: 0 or 1, 0 to 1, or a finite number.</summary>
    public const string Label = "label";

    /// <summary>The weight is not finite or below 0.</summary>
    public const string Weight = "weight";

    /// <summary>The event id is empty or too long.</summary>
    public const string EventId = "eventId";

    /// <summary>A feature that the schema does not have.</summary>
    public const string UnknownFeature = "unknownFeature";

    /// <summary>A dense or vector feature without a value.</summary>
    public const string MissingFeature = "missingFeature";

    /// <summary>A feature's value is of another kind than the schema says.</summary>
    public const string FeatureKind = "featureKind";

    /// <summary>A feature's value is not finite, too long, or outside the feature's range.</summary>
    public const string FeatureValue = "featureValue";
}
