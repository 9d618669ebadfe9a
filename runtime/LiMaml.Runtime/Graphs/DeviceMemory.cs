using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>The two kinds of memory that runs on a device use.</summary>
/// <param name="Host">Read and written by the processor, copied by the device.</param>
/// <param name="Device">The device's own.</param>
/// <param name="Copy">Copies tensors, from the first to the second and of the same shapes, either way between the two; done when it returns.</param>
internal sealed record DeviceMemory(OrtMemoryInfo Host, OrtMemoryInfo Device, Action<List<OrtValue>, List<OrtValue>> Copy) : IDisposable
{
    /// <summary>A GPU's: page-locked memory of the processor, and memory of the GPU.</summary>
    public static DeviceMemory Cuda(int index) => new(
        new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator, index, OrtMemType.CpuOutput),
        new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, index, OrtMemType.Default),
        (from, to) => OrtEnv.Instance().CopyTensors(from, to, null!));

    /// <summary>The same without page locking, which is slower.</summary>
    public DeviceMemory Pageable()
    {
        Host.Dispose();
        return this with { Host = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default) };
    }

    public void Dispose()
    {
        Host.Dispose();
        Device.Dispose();
    }
}
