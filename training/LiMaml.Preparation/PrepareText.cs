using System.Globalization;

namespace LiMaml.Preparation;

/// <summary>How numbers and times are written for people.</summary>
internal static class PrepareText
{
    /// <summary>Microseconds since 1970 as a UTC time.</summary>
    public static string Moment(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
