using LiMaml.Models.Network;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>The growing memory of one tensor, readable and writable by the processor. For one thread at a time.</summary>
/// <param name="kind">What its elements are.</param>
internal abstract class TensorMemory(ElementKind kind) : IDisposable
{
    /// <summary>Bytes taken, whatever part of them is in use.</summary>
    public abstract long AllocatedBytes { get; }

    protected ElementKind Kind => kind;

    /// <summary>Makes room for <paramref name="length"/> elements, 0 or more. What was there stays; what is added is 0.</summary>
    public abstract void Reserve(int length);

    /// <summary>The first elements, of those reserved.</summary>
    public abstract Span<float> Float32(int length);

    /// <summary>The first elements, of those reserved.</summary>
    public abstract Span<long> Int64(int length);

    /// <summary>The first elements as a tensor for one run; disposing it leaves the memory alone.</summary>
    /// <param name="shape">Of as many elements as <paramref name="length"/> says.</param>
    /// <param name="length">Of those reserved.</param>
    public abstract OrtValue View(long[] shape, int length);

    /// <summary>Frees it; views of it must be gone.</summary>
    public abstract void Dispose();
}
