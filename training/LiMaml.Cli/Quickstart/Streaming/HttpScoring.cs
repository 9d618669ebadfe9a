using System.Globalization;
using LiMaml.Models.Datasets;

namespace LiMaml.Cli.Quickstart.Streaming;

/// <summary>Scores rows by requests over HTTP, several at a time.</summary>
/// <param name="address">Where the worker answers.</param>
/// <param name="requests">Makes requests of rows.</param>
internal sealed class HttpScoring(Uri address, RowRequests requests) : IDisposable
{
    private const int RequestRows = 1024;
    private readonly HttpClient http = new() { BaseAddress = address };

    /// <summary>The logits of all rows of a group, and how many of these had no stored embedding.</summary>
    /// <exception cref="IOException">A request was refused.</exception>
    public async Task<(float[] Logits, int ColdCount)> ScoreAsync(RowGroup rows, CancellationToken cancellation)
    {
        var (logits, cold) = (new float[rows.RowCount], 0);
        var places = Enumerable.Range(0, rows.RowCount).Chunk(RequestRows);
        await Parallel.ForEachAsync(places, cancellation, async (part, stop) =>
        {
            var answer = await SendAsync(requests.Write(rows, part), part.Length, stop);
            answer.Logits.CopyTo(logits, part[0]);
            Interlocked.Add(ref cold, answer.ColdCount);
        });
        return (logits, cold);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<(float[] Logits, int ColdCount)> SendAsync(InferenceBody body, int rows, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(body.Bytes);
        content.Headers.Add(InferenceBody.JsonLength, body.JsonLengthText);
        using var response = await http.PostAsync(new Uri("v2/models/limaml/infer", UriKind.Relative), content, cancellation);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellation);
        return response.IsSuccessStatusCode
            ? new InferenceBody(bytes, int.Parse(response.Headers.GetValues(InferenceBody.JsonLength).Single(), CultureInfo.InvariantCulture)).Read(rows)
            : throw new IOException($"the worker answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(bytes)}");
    }
}
