// Serves a LiMaml model package with Microsoft.ML.OnnxRuntime, and nothing of LiMaml's.
// usage: serve-example <package> <request.json> [<embeddings.ndjson>]
using System.Text.Json;
using Serve;

var model = new Model(args[0]);
var request = JsonDocument.Parse(File.ReadAllText(args[1])).RootElement;
var rows = request.GetProperty("rows").EnumerateArray().ToList();

// Lines of JSON with `key` and `meta_embedding`.
var embedding = args.Length < 3 ? null : File.ReadLines(args[2])
    .Select(line => JsonDocument.Parse(line).RootElement)
    .Where(entry => entry.GetProperty("key").GetString() == request.GetProperty("key").GetString())
    .Select(entry => entry.GetProperty("meta_embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray())
    .FirstOrDefault();
if (embedding is null && request.TryGetProperty("history", out var history) && history.GetArrayLength() > 0)
{
    embedding = model.Adapt([.. history.EnumerateArray()]);
}

var scores = model.Score(rows, embedding is null ? model.Unadapted(rows) : [.. rows.SelectMany(_ => embedding)]);
Console.WriteLine(JsonSerializer.Serialize(new { metaEmbedding = embedding, scores }));
