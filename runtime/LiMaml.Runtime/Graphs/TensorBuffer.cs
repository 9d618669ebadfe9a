using LiMaml.Models.Network;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>One input or output of a run: a shape, and the memory of its elements.</summary>
/// <param name="tensor">Which.</param>
/// <param name="memory">Its own.</param>
internal sealed class TensorBuffer(GraphTensor tensor, TensorMemory memory) : IDisposable
{
    private int length;

    public GraphTensor Tensor => tensor;

    public long[] Shape { get; } = new long[tensor.Axes.Count];

    public Span<float> Float32 => memory.Float32(length);

    public Span<long> Int64 => memory.Int64(length);

    public long AllocatedBytes => memory.AllocatedBytes;

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

        memory.Reserve(length);
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
    public OrtValue ToOrtValue() => memory.View(Shape, length);

    /// <summary>The same, with rows of zeros after the last.</summary>
    /// <param name="rows">Rows of the view, at least those there are; there is at least one.</param>
    public OrtValue ToOrtValue(int rows)
    {
        var padded = checked(Width * rows);
        memory.Reserve(padded);
        if (tensor.Kind == ElementKind.Float32)
        {
            memory.Float32(padded)[length..].Clear();
        }
        else
        {
            memory.Int64(padded)[length..].Clear();
        }

        return memory.View(PaddedShape(rows), padded);
    }

    /// <summary>The shape with another number of rows.</summary>
    public long[] PaddedShape(int rows) => [rows, .. Shape.AsSpan(1)];

    public void Dispose() => memory.Dispose();

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
