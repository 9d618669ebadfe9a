using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace LiMaml.Benchmarks.Streaming;

/// <summary>A response to a scoring request.</summary>
/// <param name="BundleId">What it says it was scored with.</param>
/// <param name="Generation">Of which generation the embeddings were.</param>
/// <param name="ColdCount">Rows without an embedding.</param>
/// <param name="Logits">Of the rows, as bytes.</param>
internal sealed record SoakScores(string BundleId, long Generation, int ColdCount, byte[] Logits);

/// <summary>
/// Scores over and over. Requests for members whose events have ended must be answered as each bundle alone answered them
/// before: an embedding scored by another bundle's global block would give other bytes.
/// </summary>
/// <param name="address">The worker's.</param>
/// <param name="still">For members whose events have ended.</param>
/// <param name="moving">For the others.</param>
/// <param name="expected">The answer to each of <paramref name="still"/>, by bundle.</param>
internal sealed class SoakClient(Uri address, SoakRequests still, SoakRequests moving, IReadOnlyDictionary<string, IReadOnlyList<byte[]>> expected) : IDisposable
{
    private const int MostFaults = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private readonly Uri infer = new(address, "v2/models/limaml/infer");

    // Connections are made anew now and then, since they are what handles leak by.
    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(5) });

    private readonly ConcurrentQueue<string> faults = [];
    private long latest = -1;

    /// <summary>Requests answered.</summary>
    internal long Answered { get; private set; }

    /// <summary>Requests that failed, of whatever cause.</summary>
    internal long Failed { get; private set; }

    /// <summary>Answers that no bundle alone gives, or of a generation before one that was seen.</summary>
    internal long Mixed { get; private set; }

    /// <summary>What was wrong with the first ones.</summary>
    internal IEnumerable<string> Faults => faults;

    /// <summary>Scores one request.</summary>
    /// <exception cref="HttpRequestException">It was not answered, or with an error.</exception>
    internal async Task<SoakScores> ScoreAsync(SoakRequests requests, int index)
    {
        using var content = requests.Content(index);
        using var response = await http.PostAsync(infer, content);
        var body = await response.Content.ReadAsByteArrayAsync();
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(body)}");
        }

        var jsonBytes = int.Parse(response.Headers.GetValues("Inference-Header-Content-Length").Single(), CultureInfo.InvariantCulture);
        var json = JsonNode.Parse(body.AsSpan(0, jsonBytes))!;
        return new SoakScores((string)json["model_version"]!, (long)json["parameters"]!["generation"]!, (int)json["parameters"]!["cold_count"]!, body[jsonBytes..]);
    }

    /// <summary>Goes on until told to stop.</summary>
    internal async Task RunAsync(int seed, CancellationToken stop)
    {
        for (var random = new Random(seed); !stop.IsCancellationRequested; await Task.Delay(Pause, CancellationToken.None))
        {
            try
            {
                await CallAsync(random);
                Answered++;
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
            {
                Failed++;
                Note($"failed: {fault.Message}");
            }
        }
    }

    public void Dispose() => http.Dispose();

    private async Task CallAsync(Random random)
    {
        var (isStill, requests) = random.Next(2) == 0 ? (true, still) : (false, moving);
        var index = random.Next(requests.Count);
        var scores = await ScoreAsync(requests, index);
        var isRight = scores.Generation >= latest && scores.ColdCount == 0 && expected.TryGetValue(scores.BundleId, out var answers) && (!isStill || answers[index].AsSpan().SequenceEqual(scores.Logits));
        latest = Math.Max(latest, scores.Generation);
        if (!isRight)
        {
            Mixed++;
            Note($"mixed: generation {scores.Generation} after {latest} of bundle {scores.BundleId}, {scores.ColdCount} rows cold, member's events {(isStill ? "ended" : "go on")}");
        }
    }

    private void Note(string fault)
    {
        if (faults.Count < MostFaults)
        {
            faults.Enqueue(fault);
        }
    }
}
