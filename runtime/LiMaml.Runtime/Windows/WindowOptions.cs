using System.Globalization;
using LiMaml.Models;

namespace LiMaml.Runtime.Windows;

/// <summary>What windows keep.</summary>
public sealed record WindowOptions
{
    /// <summary>Most samples of a task, from 1 to 65,536; default 256.</summary>
    public int Capacity { get; init; } = 256;

    /// <summary>Samples are kept this long behind the watermark (event time), up to 100 years; default 60 days.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(60);

    /// <summary>
    /// An event this long or longer behind the watermark is dropped on arrival and counted; above 0, at most
    /// <see cref="MaxAge"/>, which is the default (null): with that, the order of arrival changes nothing.
    /// </summary>
    public TimeSpan? Lateness { get; init; }

    /// <summary>Event times further ahead of the clock than this are rejected; 0 or more, default 1 day.</summary>
    public TimeSpan MaxFutureSkew { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The task definitions to keep windows of; null (the default) for all of the schema's.</summary>
    public IReadOnlyList<string>? Tasks { get; init; }

    /// <summary>
    /// Bytes of events that are held in memory, and in the log that recovers them, before they are sorted into the tasks'
    /// windows; from 64 KiB to 1 GiB, default 16 MiB. Larger is faster.
    /// </summary>
    public int JournalBytes { get; init; } = 16 << 20;

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidInputException">Names the first setting that is out of range.</exception>
    public void Validate()
    {
        Expect(Capacity is >= 1 and <= 65536, nameof(Capacity), Capacity, "a number from 1 to 65536");
        Expect(MaxAge > TimeSpan.Zero && MaxAge.TotalDays <= 36525, nameof(MaxAge), MaxAge, "above 0, up to 36525 days");
        Expect(Lateness is null || (Lateness > TimeSpan.Zero && Lateness <= MaxAge), nameof(Lateness), Lateness ?? default, $"above 0, up to MaxAge ({MaxAge})");
        Expect(MaxFutureSkew >= TimeSpan.Zero, nameof(MaxFutureSkew), MaxFutureSkew, "0 or more");
        Expect(Tasks is null or { Count: > 0 }, nameof(Tasks), "an empty list", "at least one task definition, or null for all");
        Expect(JournalBytes is >= 1 << 16 and <= 1 << 30, nameof(JournalBytes), JournalBytes, "a number from 65536 to 1073741824");
    }

    private static void Expect(bool holds, string setting, object found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException(setting, Convert.ToString(found, CultureInfo.InvariantCulture)!, expected);
        }
    }
}
