using System.Globalization;
using LiMaml.Models.Network;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>
/// Runs on a GPU: inputs and outputs stay in page-locked memory that is allocated once, bound to the session, which copies
/// them; any number of runs at a time.
/// </summary>
internal sealed class BoundRunner : GraphRunner
{
    // A session that captures CUDA graphs captures every run but those of this id.
    private const int Uncaptured = -1;

    private readonly InferenceSession session;
    private readonly OrtAllocator allocator;
    private readonly Action<Action> dispatch;
    private readonly RunOptions runOptions = CaptureOptions(Uncaptured);

    /// <param name="session">Stays the caller's.</param>
    /// <param name="memory">Of the session's device; stays the caller's.</param>
    /// <param name="dispatch">Runs what allocates and frees, where that is allowed; where null, anywhere.</param>
    public BoundRunner(InferenceSession session, DeviceMemory memory, Action<Action>? dispatch = null)
    {
        this.session = session;
        this.dispatch = dispatch ?? (action => action());
        allocator = new OrtAllocator(session, memory.Host);
    }

    /// <summary>Options of a run that is captured under, and replayed by, an id of its shape.</summary>
    public static RunOptions CaptureOptions(int id)
    {
        var options = new RunOptions();
        options.AddRunConfigEntry("gpu_graph_id", id.ToString(CultureInfo.InvariantCulture));
        return options;
    }

    public override TensorMemory Allocate(ElementKind kind) => new AllocatedMemory(kind, allocator, dispatch);

    public override void Run(GraphBatch batch)
    {
        var inputs = Views(batch.Inputs);
        var outputs = Views(batch.Outputs);
        try
        {
            using var binding = Bind(session, batch, inputs, outputs);
            binding.SynchronizeBoundInputs();
            session.RunWithBinding(runOptions, binding);
            binding.SynchronizeBoundOutputs();
        }
        finally
        {
            Release(inputs);
            Release(outputs);
        }
    }

    /// <summary>Binds values for the tensors of a batch; inputs elsewhere than the session's device are copied there now.</summary>
    public static OrtIoBinding Bind(InferenceSession session, GraphBatch batch, IReadOnlyList<OrtValue> inputs, IReadOnlyList<OrtValue> outputs)
    {
        var binding = session.CreateIoBinding();
        for (var input = 0; input < inputs.Count; input++)
        {
            binding.BindInput(batch.Inputs[input].Tensor.Name, inputs[input]);
        }

        for (var output = 0; output < outputs.Count; output++)
        {
            binding.BindOutput(batch.Outputs[output].Tensor.Name, outputs[output]);
        }

        return binding;
    }

    public override void Dispose()
    {
        runOptions.Dispose();
        allocator.Dispose();
    }
}
