using System.Collections.Concurrent;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Refresh;

/// <summary>
/// The meta embeddings that the tasks of a refresh have now, while its rounds last: in memory, and nobody else sees them.
/// Safe for many threads.
/// </summary>
internal sealed class JointEmbeddings
{
    private readonly ConcurrentDictionary<TaskRef, ReadOnlyMemory<float>> embeddings = new();

    /// <summary>What a task has now, float32 [embedding]; null where this refresh has none of it.</summary>
    public ReadOnlyMemory<float>? Of(TaskRef task) => embeddings.TryGetValue(task, out var found) ? found : default(ReadOnlyMemory<float>?); // null alone would be an empty memory

    /// <summary>Sets what a task has; what is not finite leaves it as it was.</summary>
    public void Set(TaskRef task, ReadOnlyMemory<float> embedding)
    {
        if (EmbeddingChecks.IsFinite(embedding.Span))
        {
            embeddings[task] = embedding;
        }
    }
}
