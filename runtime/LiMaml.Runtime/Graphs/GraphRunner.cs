using LiMaml.Models.Network;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>How a session's batches get memory and are run: as suits its provider. Thread-safe.</summary>
internal abstract class GraphRunner : IDisposable
{
    /// <summary>Memory for one tensor of a batch.</summary>
    public abstract TensorMemory Allocate(ElementKind kind);

    /// <summary>Computes the outputs of a batch from its inputs.</summary>
    public abstract void Run(GraphBatch batch);

    /// <summary>Frees what the runs share; all memory it gave must have been freed. The session stays the caller's.</summary>
    public abstract void Dispose();

    protected static List<OrtValue> Views(IReadOnlyList<TensorBuffer> buffers) => [.. buffers.Select(buffer => buffer.ToOrtValue())];

    protected static void Release(List<OrtValue> values) => values.ForEach(value => value.Dispose());
}
