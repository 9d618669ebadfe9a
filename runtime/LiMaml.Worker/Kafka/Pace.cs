using LiMaml.Models;

namespace LiMaml.Worker.Kafka;

/// <summary>How fast events are sent.</summary>
public sealed record Pace
{
    /// <summary>Events a second, above 0; null (the default) for no bound.</summary>
    public double? EventsPerSecond { get; init; }

    /// <summary>Multiple of the recorded speed, above 0; null (the default) to ignore when events happened.</summary>
    public double? Speed { get; init; }

    /// <summary>Most events sent, 0 or more; null (the default) for all.</summary>
    public long? MaxCount { get; init; }

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting.</exception>
    public void Validate()
    {
        Require(EventsPerSecond is null or > 0, nameof(EventsPerSecond), EventsPerSecond, "a number above 0");
        Require(Speed is null or > 0, nameof(Speed), Speed, "a number above 0");
        Require(MaxCount is null or >= 0, nameof(MaxCount), MaxCount, "0 or more");
        Require(EventsPerSecond is null || Speed is null, nameof(Speed), Speed, "one of EventsPerSecond and Speed");
    }

    /// <summary>When an event is due, counted from the first one.</summary>
    /// <param name="number">Events before it.</param>
    /// <param name="recorded">Event time since the first one's.</param>
    internal TimeSpan Due(long number, TimeSpan recorded) =>
        EventsPerSecond is { } rate ? TimeSpan.FromSeconds(number / rate) : Speed is { } speed ? recorded / speed : TimeSpan.Zero;

    private static void Require(bool holds, string setting, object? found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException(setting, $"{found}", expected);
        }
    }
}
