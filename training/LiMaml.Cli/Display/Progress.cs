using System.Globalization;

namespace LiMaml.Cli.Display;

/// <summary>How far some work is.</summary>
/// <param name="Stage">What is being done, a phrase for people.</param>
/// <param name="Done">Units done in this stage.</param>
/// <param name="Total">Units in this stage; null where unknown.</param>
/// <param name="Unit">What is counted, in the plural.</param>
internal sealed record Progress(string Stage, long Done = 0, long? Total = null, string Unit = "rows")
{
    /// <summary>Units a second; null to derive it from <see cref="Done"/> and the time the stage takes.</summary>
    public double? Rate { get; init; }

    /// <summary>Time left; null to derive it from the rate.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>More to say, e.g. the loss.</summary>
    public string? Note { get; init; }

    /// <summary>The share done, 0 to 1; null where unknown.</summary>
    public double? Share => Total is > 0 ? Math.Clamp((double)Done / Total.Value, 0, 1) : null;

    /// <summary>A line such as <c>writing: 1,000 of 4,000 rows, 500 rows/s, 0:06 left</c>.</summary>
    /// <param name="elapsed">Since the first report of the stage.</param>
    /// <param name="doneBefore">Units that were done by then.</param>
    public string Describe(TimeSpan elapsed, long doneBefore = 0)
    {
        var parts = new List<string>();
        if (Done > 0 || Total is > 0)
        {
            parts.Add(Total is { } total ? Invariant($"{Done:N0} of {total:N0} {Unit}") : Invariant($"{Done:N0} {Unit}"));
        }

        var rate = Rate ?? (elapsed > TimeSpan.Zero && Done > doneBefore ? (Done - doneBefore) / elapsed.TotalSeconds : null);
        if (rate is >= 0.5)
        {
            parts.Add(Invariant($"{rate:N0} {Unit}/s"));
        }

        var remaining = Remaining ?? (rate is > 0 && Total is { } end ? TimeSpan.FromSeconds(Math.Max(0, end - Done) / rate.Value) : null);
        if (remaining is { } left)
        {
            parts.Add(Duration.Format(left) + " left");
        }

        if (Note is not null)
        {
            parts.Add(Note);
        }

        return parts.Count == 0 ? Stage : $"{Stage}: {string.Join(", ", parts)}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
