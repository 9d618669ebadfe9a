namespace LiMaml.Preparation.Schemas;

/// <summary>Units of timestamps.</summary>
public enum TimestampUnit
{
    /// <summary>Text such as <c>2024-01-31</c> or <c>2024-01-31T12:00:00+01:00</c> (UTC where it names no offset), or a Parquet timestamp.</summary>
    Iso8601,

    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    Seconds,

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    Milliseconds,

    /// <summary>Microseconds since 1970-01-01 UTC.</summary>
    Microseconds,

    /// <summary>Nanoseconds since 1970-01-01 UTC, rounded down to microseconds.</summary>
    Nanoseconds,
}

/// <summary>A column of event times; each must lie from 1990 to 2100.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Unit">What its values count.</param>
public sealed record SourceTimestamp(string Column, TimestampUnit Unit);
