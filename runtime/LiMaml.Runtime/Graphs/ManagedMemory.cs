using LiMaml.Models.Network;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>Arrays, left to the garbage collector: what the processor's kernels read and write as it is.</summary>
/// <param name="kind">What its elements are.</param>
internal sealed class ManagedMemory(ElementKind kind) : TensorMemory(kind)
{
    // Never of length 0: ONNX Runtime wants an address even for an empty tensor.
    private float[] floats = kind == ElementKind.Float32 ? new float[1] : [];
    private long[] integers = kind == ElementKind.Int64 ? new long[1] : [];

    public override long AllocatedBytes => ((long)floats.Length * sizeof(float)) + ((long)integers.Length * sizeof(long));

    public override void Reserve(int length)
    {
        if (Kind == ElementKind.Float32 && floats.Length < length)
        {
            Array.Resize(ref floats, length);
        }
        else if (Kind == ElementKind.Int64 && integers.Length < length)
        {
            Array.Resize(ref integers, length);
        }
    }

    public override Span<float> Float32(int length) => floats.AsSpan(0, length);

    public override Span<long> Int64(int length) => integers.AsSpan(0, length);

    public override OrtValue View(long[] shape, int length) => Kind == ElementKind.Float32
        ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, floats.AsMemory(0, length), shape)
        : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, integers.AsMemory(0, length), shape);

    public override void Dispose()
    {
    }
}
