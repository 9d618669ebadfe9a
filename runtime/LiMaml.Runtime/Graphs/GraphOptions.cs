using LiMaml.Models;

namespace LiMaml.Runtime.Graphs;

/// <summary>How graphs are executed.</summary>
public sealed record GraphOptions
{
    /// <summary>TensorRT, then CUDA, then the processor: the order in which providers of a GPU are faster.</summary>
    public static readonly IReadOnlyList<ExecutionProvider> FastestFirst = [ExecutionProvider.TensorRt, ExecutionProvider.Cuda, ExecutionProvider.Cpu];

    /// <summary>Threads that share one run; 0 (the default) takes one for each processor.</summary>
    public int ThreadCount { get; init; }

    /// <summary>
    /// Whether threads spin while they wait for work. False by default: spinning burns processors between short requests.
    /// </summary>
    public bool Spinning { get; init; }

    /// <summary>Whether only kernels that give the same bits for the same inputs may be used. True by default.</summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>
    /// Providers in order of preference; the first that this build and machine have is used, and the processor as the last
    /// resort. What is passed over is in <see cref="ProviderChoice.PassedOver"/>. None (the default) is the processor alone.
    /// </summary>
    public IReadOnlyList<ExecutionProvider> Providers { get; init; } = [];

    /// <summary>Whether falling back to the processor is an error. False by default.</summary>
    public bool RequireGpu { get; init; }

    /// <summary>Which GPU, 0 (the default) to 1,023, as CUDA numbers them; without meaning for the processor.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>
    /// Whether a GPU may round the factors of float32 products to 10 bits (TF32), which costs about 1e-3 of precision. False
    /// by default, as in training. TensorRT has no option for it: unless the process was started with the variable
    /// <c>NVIDIA_TF32_OVERRIDE=0</c>, it is passed over where this is false.
    /// </summary>
    public bool Tf32 { get; init; }

    /// <summary>
    /// Most shapes of batches, per graph, whose launches are captured once as a CUDA graph and then replayed: 0 (none, the
    /// default) to 1,024. Rows and tasks are padded to the next power of two; batches above 8,192 of them, and shapes beyond
    /// this count, run uncaptured. Each shape keeps its memory on the GPU, and runs of the process take turns. CUDA only.
    /// </summary>
    public int CudaGraphs { get; init; }

    /// <summary>Throws where a value is out of range.</summary>
    /// <param name="section">Put before the option's name in messages, e.g. <c>Worker:ScoringGraphs:</c>.</param>
    /// <exception cref="InvalidInputException">Names the option.</exception>
    public void Validate(string section = "")
    {
        Require(ThreadCount is >= 0 and <= 1024, nameof(ThreadCount), $"{ThreadCount}", "0 (one for each processor) to 1024");
        Require(Providers.All(Enum.IsDefined), nameof(Providers), string.Join(", ", Providers), "Cpu, Cuda or TensorRt");
        Require(DeviceIndex is >= 0 and <= 1023, nameof(DeviceIndex), $"{DeviceIndex}", "0 to 1023");
        Require(CudaGraphs is >= 0 and <= 1024, nameof(CudaGraphs), $"{CudaGraphs}", "0 (none) to 1024 shapes");
        Require(
            !RequireGpu || Providers is [not ExecutionProvider.Cpu, ..],
            nameof(RequireGpu),
            $"true with {(Providers.Count == 0 ? "no provider" : $"the providers {string.Join(", ", Providers)}")}",
            "TensorRt or Cuda as the first of Providers");

        void Require(bool holds, string option, string found, string expected)
        {
            if (!holds)
            {
                throw new InvalidInputException(section + option, found, expected);
            }
        }
    }
}
