using System.Diagnostics.CodeAnalysis;
using LiMaml.Models.Network;

namespace LiMaml.Runtime.Graphs;

/// <summary>
/// The memory of one run of a graph: a buffer for each input and output, which grows to the largest batch seen and is
/// used again. Rented from a <see cref="GraphSession"/> and given back by disposing it. Not thread-safe: one thread, one batch.
/// </summary>
public sealed class GraphBatch : IDisposable
{
    private readonly GraphSession session;
    private readonly Dictionary<string, TensorBuffer> buffers;

    internal GraphBatch(GraphSession session)
    {
        this.session = session;
        Inputs = [.. session.Graph.Inputs.Select(input => Allocate(GraphTensor.Of(input)))];
        Outputs = [.. session.Graph.Outputs.Select(output => Allocate(GraphTensor.Of(output)))];
        buffers = Inputs.Concat(Outputs).ToDictionary(buffer => buffer.Tensor.Name);

        TensorBuffer Allocate(GraphTensor tensor) => new(tensor, session.Runner.Allocate(tensor.Kind));
    }

    internal GraphSession Session => session;

    internal IReadOnlyList<TensorBuffer> Inputs { get; }

    internal IReadOnlyList<TensorBuffer> Outputs { get; }

    /// <summary>Bytes that all buffers take, whatever part of them is in use.</summary>
    internal long AllocatedBytes => buffers.Values.Sum(buffer => buffer.AllocatedBytes);

    /// <summary>Sets the sizes of the free axes, 0 or more, and thereby of all tensors; the contents are undefined afterwards.</summary>
    /// <exception cref="ArgumentException">A free axis of the graph has no size here.</exception>
    public void Resize(params ReadOnlySpan<(string Axis, int Size)> axes)
    {
        foreach (var buffer in buffers.Values)
        {
            buffer.Resize(axes);
        }
    }

    /// <summary>The elements of a float32 input or output, row-major.</summary>
    /// <exception cref="ArgumentException">The graph has no such tensor, or it holds integers.</exception>
    public Span<float> Float32(string name) => Buffer(name, ElementKind.Float32).Float32;

    /// <summary>The elements of an int64 input or output, row-major.</summary>
    /// <exception cref="ArgumentException">The graph has no such tensor, or it holds floats.</exception>
    public Span<long> Int64(string name) => Buffer(name, ElementKind.Int64).Int64;

    /// <summary>The shape of an input or output.</summary>
    /// <exception cref="ArgumentException">The graph has no such tensor.</exception>
    public IReadOnlyList<long> Shape(string name) => buffers.TryGetValue(name, out var buffer) ? buffer.Shape : throw Unknown(name);

    /// <summary>Copies <paramref name="count"/> rows of all inputs from another batch of the same graph; a row is one place of the first axis.</summary>
    internal void CopyInputs(GraphBatch source, int sourceRow, int row, int count) => Copy(source.Inputs, sourceRow, Inputs, row, count);

    /// <summary>The same for all outputs.</summary>
    internal void CopyOutputs(GraphBatch source, int sourceRow, int row, int count) => Copy(source.Outputs, sourceRow, Outputs, row, count);

    /// <summary>Zeroes row <paramref name="row"/> of all inputs.</summary>
    internal void ClearInputs(int row)
    {
        foreach (var input in Inputs)
        {
            input.ClearRow(row);
        }
    }

    /// <summary>Computes the outputs from the inputs.</summary>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The graph does not run on these inputs, e.g. an index beyond its table.</exception>
    public void Run() => session.Runner.Run(this);

    /// <summary>Gives the memory back to the session.</summary>
    [SuppressMessage("Usage", "CA1816", Justification = "nothing here is finalised")]
    public void Dispose() => session.Return(this);

    /// <summary>Frees the memory for good.</summary>
    internal void Free()
    {
        foreach (var buffer in buffers.Values)
        {
            buffer.Dispose();
        }
    }

    private static void Copy(IReadOnlyList<TensorBuffer> sources, int sourceRow, IReadOnlyList<TensorBuffer> targets, int row, int count)
    {
        for (var index = 0; index < targets.Count; index++)
        {
            targets[index].CopyRows(sources[index], sourceRow, row, count);
        }
    }

    private TensorBuffer Buffer(string name, ElementKind kind)
    {
        if (!buffers.TryGetValue(name, out var buffer))
        {
            throw Unknown(name);
        }

        return buffer.Tensor.Kind == kind
            ? buffer
            : throw new ArgumentException($"tensor '{name}' of graph '{session.Graph.Name}' is {buffer.Tensor.Type}, not {kind}", nameof(name));
    }

    private ArgumentException Unknown(string name) => new($"graph '{session.Graph.Name}' has no tensor '{name}'", nameof(name));
}
