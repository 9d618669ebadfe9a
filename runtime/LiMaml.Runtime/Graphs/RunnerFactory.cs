using LiMaml.Models.Packages;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>Makes what runs a session's batches; see <see cref="RunnerFactory.Create"/>.</summary>
internal delegate GraphRunner RunnerSource(InferenceSession session, PackageGraph graph, GraphOptions options, ref ProviderChoice choice);

/// <summary>Chooses how a session is run.</summary>
internal static class RunnerFactory
{
    /// <summary>The runner for the provider in use.</summary>
    /// <param name="session">Stays the caller's, as long as the runner.</param>
    /// <param name="graph">What it computes.</param>
    /// <param name="options">Validated.</param>
    /// <param name="choice">Of the session; what can't be had besides is added.</param>
    /// <exception cref="LiMaml.Models.InvalidInputException">CUDA graphs are asked for, and ONNX Runtime can't copy to the GPU.</exception>
    public static GraphRunner Create(InferenceSession session, PackageGraph graph, GraphOptions options, ref ProviderChoice choice)
    {
        if (options.CudaGraphs > 0 && choice.InUse != ExecutionProvider.Cuda)
        {
            choice = choice with { PassedOver = [.. choice.PassedOver, new PassedOver("CUDA graphs", $"the provider in use is {choice.InUse}, not {ExecutionProvider.Cuda}")] };
        }

        if (choice.InUse == ExecutionProvider.Cpu)
        {
            return new ProcessorRunner(session, graph);
        }

        var captures = options.CudaGraphs > 0 && choice.InUse == ExecutionProvider.Cuda;
        if (captures)
        {
            CudaCopies.Enable();
        }

        using var memory = Memory(session, options.DeviceIndex, ref choice);
        return captures ? new CapturedRunner(session, memory, options.CudaGraphs) : new BoundRunner(session, memory);
    }

    private static DeviceMemory Memory(InferenceSession session, int index, ref ProviderChoice choice)
    {
        var memory = DeviceMemory.Cuda(index);
        try
        {
            using var _ = new OrtAllocator(session, memory.Host);
            return memory;
        }
        catch (OnnxRuntimeException error)
        {
            choice = choice with { PassedOver = [.. choice.PassedOver, new PassedOver("page-locked memory", error.Message)] };
            return memory.Pageable();
        }
    }
}
