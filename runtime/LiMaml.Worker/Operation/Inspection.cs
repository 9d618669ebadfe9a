using System.Text;
using System.Text.Json.Nodes;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Operation;

/// <summary>What is known of a task, as JSON for people and programs.</summary>
internal static class Inspection
{
    /// <summary>The window, oldest sample first, and the embedding; null members where there is none.</summary>
    public static JsonObject Of(string task, string key, Window? window, EmbeddingPointer? pointer, StoredEmbedding? embedding, EventSchema schema)
    {
        var format = new JsonEventFormat(schema, ignoreUnknown: true);
        return new JsonObject
        {
            ["task"] = task,
            ["key"] = key,
            ["window"] = window is null ? null : new JsonArray([.. window.Samples.Select(sample => JsonNode.Parse(Encoding.UTF8.GetString(format.Write(sample, out _))))]),
            ["embedding"] = embedding is null ? null : Of(pointer!, embedding),
        };
    }

    private static JsonObject Of(EmbeddingPointer pointer, StoredEmbedding embedding) => new()
    {
        ["bundleId"] = pointer.BundleId,
        ["generation"] = pointer.Generation,
        ["newestEventTime"] = DateTimeOffset.UnixEpoch.AddTicks(embedding.NewestEventTime * TimeSpan.TicksPerMicrosecond).ToString("O"),
        ["supportCount"] = embedding.SupportCount,
        ["lossBefore"] = embedding.LossBefore,
        ["lossAfter"] = embedding.LossAfter,
        ["vector"] = new JsonArray([.. embedding.Vector.ToArray().Select(value => JsonValue.Create(value))]),
    };
}
