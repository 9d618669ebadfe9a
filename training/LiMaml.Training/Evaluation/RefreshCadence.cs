using System.Globalization;
using LiMaml.Models;

namespace LiMaml.Training.Evaluation;

/// <summary>How often stored meta embeddings are made anew while the test period goes by (paper §5).</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Every">Time between refreshes; zero refreshes after every event, <see cref="Timeout.InfiniteTimeSpan"/> never.</param>
public sealed record RefreshCadence(string Name, TimeSpan Every)
{
    /// <summary>No refresh within the test period: what the stored mode is.</summary>
    public static RefreshCadence Never { get; } = new("never", Timeout.InfiniteTimeSpan);

    /// <summary>Every seven days.</summary>
    public static RefreshCadence Weekly { get; } = new("weekly", TimeSpan.FromDays(7));

    /// <summary>Every day.</summary>
    public static RefreshCadence Daily { get; } = new("daily", TimeSpan.FromDays(1));

    /// <summary>Every hour.</summary>
    public static RefreshCadence Hourly { get; } = new("hourly", TimeSpan.FromHours(1));

    /// <summary>After every event.</summary>
    public static RefreshCadence EveryEvent { get; } = new("every-event", TimeSpan.Zero);

    /// <summary>Those with a name.</summary>
    public static IReadOnlyList<RefreshCadence> Named { get; } = [Never, Weekly, Daily, Hourly, EveryEvent];

    /// <summary>The cadence called <paramref name="text"/>, or the time it gives, e.g. <c>06:00:00</c> or <c>2.00:00:00</c>.</summary>
    /// <exception cref="InvalidInputException">It is neither.</exception>
    public static RefreshCadence Parse(string text) =>
        Named.FirstOrDefault(cadence => cadence.Name == text)
        ?? (TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var every) && every > TimeSpan.Zero
            ? new RefreshCadence($"every {every:c}", every)
            : throw new InvalidInputException("refresh cadence", $"'{text}'", $"{string.Join(", ", Named.Select(cadence => cadence.Name))}, or a time such as 06:00:00 or 2.00:00:00"));
}
