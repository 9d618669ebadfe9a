using LiMaml.Models.Network;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LiMaml.Runtime.Graphs;

/// <summary>
/// Batches of one shape on the device: tensors at fixed addresses, which a captured graph has in it, bound once. The first
/// run captures, later ones replay. For one thread.
/// </summary>
internal sealed class CapturedShape : IDisposable
{
    private readonly InferenceSession session;
    private readonly Action<List<OrtValue>, List<OrtValue>> copy;
    private readonly RunOptions runOptions;
    private readonly List<OrtValue> inputs = [];
    private readonly List<OrtValue> outputs = [];
    private readonly OrtIoBinding binding;

    /// <param name="session">Stays the caller's.</param>
    /// <param name="allocator">Of the device's memory; stays the caller's.</param>
    /// <param name="copy">See <see cref="DeviceMemory.Copy"/>.</param>
    /// <param name="batch">Tells names, types and shapes.</param>
    /// <param name="rows">Rows of all tensors, padding included.</param>
    /// <param name="id">Of the captured graph, above 0: ONNX Runtime has a meaning of its own for 0.</param>
    public CapturedShape(InferenceSession session, OrtAllocator allocator, Action<List<OrtValue>, List<OrtValue>> copy, GraphBatch batch, int rows, int id)
    {
        this.session = session;
        this.copy = copy;
        Rows = rows;
        inputs.AddRange(batch.Inputs.Select(input => Allocate(allocator, input, rows)));
        outputs.AddRange(batch.Outputs.Select(output => Allocate(allocator, output, rows)));
        binding = BoundRunner.Bind(session, batch, inputs, outputs);
        runOptions = BoundRunner.CaptureOptions(id);
    }

    /// <summary>Rows of all tensors, padding included.</summary>
    public int Rows { get; }

    /// <summary>Computes the outputs from the inputs, both in memory of the processor and of this shape.</summary>
    public void Run(List<OrtValue> hostInputs, List<OrtValue> hostOutputs)
    {
        copy(hostInputs, inputs);
        session.RunWithBinding(runOptions, binding);
        binding.SynchronizeBoundOutputs();
        copy(outputs, hostOutputs);
    }

    public void Dispose()
    {
        binding.Dispose();
        inputs.ForEach(input => input.Dispose());
        outputs.ForEach(output => output.Dispose());
        runOptions.Dispose();
    }

    private static OrtValue Allocate(OrtAllocator allocator, TensorBuffer buffer, int rows) => OrtValue.CreateAllocatedTensorValue(
        allocator, buffer.Tensor.Kind == ElementKind.Float32 ? TensorElementType.Float : TensorElementType.Int64, buffer.PaddedShape(rows));
}
