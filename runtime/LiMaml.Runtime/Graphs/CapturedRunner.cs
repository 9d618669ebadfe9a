using LiMaml.Models.Network;
using LiMaml.Runtime.Batches;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>
/// Runs on a GPU by CUDA graphs: the launches of a run are captured once for each shape and then replayed in one go. Rows are
/// padded to the sizes of <see cref="BatchShape.BucketFor"/>, so that few shapes occur. Runs take turns on
/// <see cref="CaptureThread"/>.
/// </summary>
internal sealed class CapturedRunner : GraphRunner
{
    /// <summary>Most rows, padding included, of a run that is captured: the largest batches gain nothing by it.</summary>
    public const int MaxRows = 8192;

    private readonly InferenceSession session;
    private readonly BoundRunner bound;
    private readonly OrtAllocator device;
    private readonly Action<List<OrtValue>, List<OrtValue>> copy;
    private readonly int maxShapes;
    private readonly Dictionary<string, CapturedShape> shapes = [];

    /// <param name="session">Opened for capturing; stays the caller's.</param>
    /// <param name="memory">Of the session's device; stays the caller's.</param>
    /// <param name="maxShapes">Most shapes captured; others run uncaptured.</param>
    public CapturedRunner(InferenceSession session, DeviceMemory memory, int maxShapes)
    {
        this.session = session;
        this.maxShapes = maxShapes;
        bound = new BoundRunner(session, memory, CaptureThread.Run);
        device = new OrtAllocator(session, memory.Device);
        copy = memory.Copy;
    }

    /// <summary>Shapes captured so far.</summary>
    public int ShapeCount => shapes.Count;

    public override TensorMemory Allocate(ElementKind kind) => bound.Allocate(kind);

    public override void Run(GraphBatch batch) => CaptureThread.Run(() =>
    {
        if (ShapeOf(batch) is not { } shape)
        {
            bound.Run(batch);
            return;
        }

        List<OrtValue> inputs = [.. batch.Inputs.Select(input => input.ToOrtValue(shape.Rows))];
        List<OrtValue> outputs = [.. batch.Outputs.Select(output => output.ToOrtValue(shape.Rows))];
        try
        {
            shape.Run(inputs, outputs);
        }
        finally
        {
            Release(inputs);
            Release(outputs);
        }
    });

    public override void Dispose() => CaptureThread.Run(() =>
    {
        foreach (var shape in shapes.Values)
        {
            shape.Dispose();
        }

        device.Dispose();
        bound.Dispose();
    });

    /// <summary>Where the batch is run once it is padded; null where it is not to be captured.</summary>
    private CapturedShape? ShapeOf(GraphBatch batch)
    {
        var count = (int)batch.Inputs[0].Shape[0];
        if (count is 0 or > MaxRows)
        {
            return null;
        }

        var rows = BatchShape.BucketFor(count);
        var key = string.Join(';', batch.Inputs.Concat(batch.Outputs).Select(buffer => string.Join(',', buffer.PaddedShape(rows))));
        if (!shapes.TryGetValue(key, out var shape) && shapes.Count < maxShapes)
        {
            shapes[key] = shape = new CapturedShape(session, device, copy, batch, rows, shapes.Count + 1);
        }

        return shape;
    }
}
