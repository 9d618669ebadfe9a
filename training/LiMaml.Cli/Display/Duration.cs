using System.Globalization;

namespace LiMaml.Cli.Display;

/// <summary>Durations for people.</summary>
internal static class Duration
{
    /// <summary><c>0:07</c>, <c>12:34</c> or <c>1:02:03</c>.</summary>
    public static string Format(TimeSpan duration) =>
        duration.ToString(duration.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture) is var text && duration.TotalDays >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalDays} d {text}")
            : text;
}
