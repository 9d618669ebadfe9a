using System.Runtime.InteropServices;
using LiMaml.Models.Network;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LiMaml.Runtime.Graphs;

/// <summary>
/// Memory of an allocator of ONNX Runtime's: for a GPU page-locked memory of the processor, which the GPU copies from and to
/// without a detour. Must be disposed before the allocator.
/// </summary>
/// <param name="kind">What its elements are.</param>
/// <param name="allocator">Gives memory that the processor can read and write; stays the caller's.</param>
/// <param name="dispatch">Runs what allocates and frees, where that is allowed.</param>
internal sealed class AllocatedMemory(ElementKind kind, OrtAllocator allocator, Action<Action> dispatch) : TensorMemory(kind)
{
    private OrtMemoryAllocation? allocation;
    private int capacity;

    public override long AllocatedBytes => (long)capacity * ElementSize;

    private int ElementSize => Kind == ElementKind.Float32 ? sizeof(float) : sizeof(long);

    public override void Reserve(int length)
    {
        // Never of length 0, so that an empty tensor has an address, too.
        if (allocation is null || capacity < length)
        {
            dispatch(() => Grow(Math.Max(1, length)));
        }
    }

    public override Span<float> Float32(int length) => Span<float>(length);

    public override Span<long> Int64(int length) => Span<long>(length);

    public override OrtValue View(long[] shape, int length) => OrtValue.CreateTensorValueWithData(
        allocation!.Info, Kind == ElementKind.Float32 ? TensorElementType.Float : TensorElementType.Int64, shape, allocation.DangerousGetHandle(), (long)length * ElementSize);

    public override void Dispose()
    {
        if (allocation is not null)
        {
            dispatch(allocation.Dispose);
            allocation = null;
            capacity = 0;
        }
    }

    private unsafe void Grow(int length)
    {
        var bytes = checked((uint)((long)length * ElementSize));
        var larger = allocator.Allocate(bytes);
        var address = (byte*)larger.DangerousGetHandle();
        NativeMemory.Clear(address + AllocatedBytes, (nuint)(bytes - AllocatedBytes));
        if (allocation is not null)
        {
            NativeMemory.Copy((void*)allocation.DangerousGetHandle(), address, (nuint)AllocatedBytes);
            allocation.Dispose();
        }

        (allocation, capacity) = (larger, length);
    }

    private unsafe Span<T> Span<T>(int length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, capacity);
        return length == 0 ? [] : new Span<T>((void*)allocation!.DangerousGetHandle(), length);
    }
}
