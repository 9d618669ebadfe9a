using Cronos;
using LiMaml.Models;

namespace LiMaml.Worker.Operation;

/// <summary>When tasks are adapted (section <c>Schedule</c>).</summary>
public sealed record ScheduleOptions
{
    /// <summary>When all tasks are adapted anew: a cron expression of five fields, or six with seconds; empty for never. Daily at 3 by default.</summary>
    public string Cron { get; init; } = "0 3 * * *";

    /// <summary>The time zone of <see cref="Cron"/>. <c>UTC</c> by default.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Tasks that changed are adapted within this time, 100 ms to 1 day; null (the default) leaves them to the schedule.</summary>
    public TimeSpan? ContinuousDelay { get; init; }

    /// <summary>Most tasks adapted at once in continuous mode, 1 to 1,000,000; 4,096 by default.</summary>
    public int ContinuousTasks { get; init; } = 4096;

    /// <summary>
    /// Longest wait, at the first start with a package, for consumption to catch up before all tasks are adapted; 0 to 1
    /// day, 10 minutes by default.
    /// </summary>
    public TimeSpan CatchUpTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The next time of the schedule after <paramref name="now"/>; null for never.</summary>
    public DateTimeOffset? Next(DateTimeOffset now) =>
        Cron.Length == 0 ? null : Parse().GetNextOccurrence(now, TimeZoneInfo.FindSystemTimeZoneById(TimeZone));

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting.</exception>
    public void Validate()
    {
        Require(TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _), nameof(TimeZone), $"'{TimeZone}'", "a time zone of this system, e.g. UTC or Europe/Berlin");
        Require(ContinuousDelay is not { } delay || (delay >= TimeSpan.FromMilliseconds(100) && delay <= TimeSpan.FromDays(1)), nameof(ContinuousDelay), $"{ContinuousDelay}", "00:00:00.1 to 1.00:00:00, or none");
        Require(ContinuousTasks is >= 1 and <= 1_000_000, nameof(ContinuousTasks), $"{ContinuousTasks}", "1 to 1000000");
        Require(CatchUpTime >= TimeSpan.Zero && CatchUpTime <= TimeSpan.FromDays(1), nameof(CatchUpTime), $"{CatchUpTime}", "00:00:00 to 1.00:00:00");
        if (Cron.Length > 0)
        {
            _ = Parse();
        }
    }

    private CronExpression Parse()
    {
        try
        {
            return CronExpression.Parse(Cron, Cron.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
        }
        catch (CronFormatException fault)
        {
            throw new InvalidInputException($"Schedule:{nameof(Cron)}: found '{Cron}', expected a cron expression, e.g. '0 3 * * *' for daily at 3 ({fault.Message})", fault);
        }
    }

    private static void Require(bool holds, string setting, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException("Schedule:" + setting, found, expected);
        }
    }
}
