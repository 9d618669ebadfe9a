using LiMaml.Models.Network;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>The growing memory of one input or output.</summary>
internal sealed class TensorBuffer(GraphTensor tensor)
{
    // Never of length 0: ONNX Runtime wants an address even for an empty tensor.
    private float[] floats = tensor.Kind == ElementKind.Float32 ? new float[1] : [];
    private long[] integers = tensor.Kind == ElementKind.Int64 ? new long[1] : [];
    private int length;

    public GraphTensor Tensor => tensor;

    public long[] Shape { get; } = new long[tensor.Axes.Count];

    public Span<float> Float32 => floats.AsSpan(0, length);

    public Span<long> Int64 => integers.AsSpan(0, length);

    public long AllocatedBytes => ((long)floats.Length * sizeof(float)) + ((long)integers.Length * sizeof(long));

    private int Width => Shape[0] == 0 ? 0 : (int)(length / Shape[0]);

    public void Resize(ReadOnlySpan<(string Axis, int Size)> axes)
    {
        length = 1;
        for (var axis = 0; axis < Shape.Length; axis++)
        {
            var size = GraphTensor.FixedSize(tensor.Axes[axis]) ?? Find(axes, tensor.Axes[axis]);
            Shape[axis] = size;
            length = checked(length * size);
        }

        if (tensor.Kind == ElementKind.Float32 && floats.Length < length)
        {
            floats = new float[length];
        }
        else if (tensor.Kind == ElementKind.Int64 && integers.Length < length)
        {
            integers = new long[length];
        }
    }

    /// <summary>Copies rows, places of the first axis, from a buffer of the same tensor.</summary>
    public void CopyRows(TensorBuffer source, int sourceRow, int row, int count)
    {
        var width = Width;
        if (tensor.Kind == ElementKind.Float32)
        {
            source.Float32.Slice(sourceRow * width, count * width).CopyTo(Float32[(row * width)..]);
        }
        else
        {
            source.Int64.Slice(sourceRow * width, count * width).CopyTo(Int64[(row * width)..]);
        }
    }

    /// <summary>Zeroes one row.</summary>
    public void ClearRow(int row)
    {
        if (tensor.Kind == ElementKind.Float32)
        {
            Float32.Slice(row * Width, Width).Clear();
        }
        else
        {
            Int64.Slice(row * Width, Width).Clear();
        }
    }

    /// <summary>A view of this memory for one run; disposing it leaves the memory alone.</summary>
    public OrtValue ToOrtValue() => tensor.Kind == ElementKind.Float32
        ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, floats.AsMemory(0, length), Shape)
        : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, integers.AsMemory(0, length), Shape);

    private int Find(ReadOnlySpan<(string Axis, int Size)> axes, string name)
    {
        foreach (var (axis, size) in axes)
        {
            if (axis == name)
            {
                return size;
            }
        }

        throw new ArgumentException($"no size for axis '{name}' of tensor '{tensor.Name}'", nameof(axes));
    }
}
