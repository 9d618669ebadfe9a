using System.Globalization;
using System.Text;
using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Scoring;

/// <summary>
/// RFC 4180 with a header line and LF line ends: keys quoted where they need it, times in ISO 8601 UTC with microseconds,
/// numbers so that reading them gives the same float32.
/// </summary>
internal sealed class CsvScoreWriter : IScoreWriter
{
    private readonly StreamWriter writer;
    private readonly StringBuilder line = new();

    /// <summary>Writes the header.</summary>
    /// <param name="stream">Stays open.</param>
    /// <param name="hasLogits">Whether there are logits and probabilities, or predictions.</param>
    public CsvScoreWriter(Stream stream, bool hasLogits)
    {
        writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write($"key,timestamp,row,label,{(hasLogits ? "logit,probability" : "prediction")},cold\n");
    }

    /// <inheritdoc/>
    public async Task AppendAsync(ScoredRows rows, CancellationToken cancellation)
    {
        for (var row = 0; row < rows.Rows.RowCount; row++)
        {
            Compose(rows, row);
            await writer.WriteAsync(line, cancellation);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => writer.DisposeAsync();

    private void Compose(ScoredRows scored, int row)
    {
        var (rows, scores, cold) = scored;
        line.Clear().Append(Quoted(rows.Keys[row]));
        line.Append(CultureInfo.InvariantCulture, $",{EventTime.Of(rows.Timestamps[row]).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}");
        line.Append(CultureInfo.InvariantCulture, $",{rows.Rows[row]},{rows.Labels[row]}");
        if (scores.Logits is not null)
        {
            line.Append(CultureInfo.InvariantCulture, $",{scores.Logits[row]}");
        }

        line.Append(CultureInfo.InvariantCulture, $",{scores.Predictions[row]},{(cold[row] ? "true" : "false")}\n");
    }

    private static string Quoted(string key) =>
        key.AsSpan().IndexOfAny(",\"\r\n") < 0 ? key : $"\"{key.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
