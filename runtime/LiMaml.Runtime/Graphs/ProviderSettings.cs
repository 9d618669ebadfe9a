using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>ONNX Runtime's settings for one provider.</summary>
internal static class ProviderSettings
{
    private const string Tf32Variable = "NVIDIA_TF32_OVERRIDE";

    /// <summary>Settings of their own for each attempt: a provider that fails half-way leaves nothing behind.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the provider.</exception>
    /// <exception cref="EntryPointNotFoundException">This build of ONNX Runtime does not have it.</exception>
    /// <exception cref="NotSupportedException">It can't be used as <paramref name="options"/> ask.</exception>
    public static SessionOptions For(ExecutionProvider provider, GraphOptions options)
    {
        var native = OfProcessor(options);
        try
        {
            if (provider == ExecutionProvider.TensorRt)
            {
                AppendTensorRt(native, options);
            }

            if (provider != ExecutionProvider.Cpu)
            {
                AppendCuda(native, options, captures: provider == ExecutionProvider.Cuda && options.CudaGraphs > 0);
            }

            return native;
        }
        catch
        {
            native.Dispose();
            throw;
        }
    }

    private static SessionOptions OfProcessor(GraphOptions options)
    {
        var native = new SessionOptions
        {
            IntraOpNumThreads = options.ThreadCount == 0 ? Environment.ProcessorCount : options.ThreadCount,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableMemoryPattern = false, // kept for every shape ever seen: batches have many shapes
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        var spinning = options.Spinning ? "1" : "0";
        native.AddSessionConfigEntry("session.intra_op.allow_spinning", spinning);
        native.AddSessionConfigEntry("session.inter_op.allow_spinning", spinning);
        native.AddSessionConfigEntry("session.use_deterministic_compute", options.Deterministic ? "1" : "0");
        return native;
    }

    private static void AppendCuda(SessionOptions native, GraphOptions options, bool captures)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(new Dictionary<string, string>
        {
            ["device_id"] = options.DeviceIndex.ToString(CultureInfo.InvariantCulture),
            ["use_tf32"] = options.Tf32 ? "1" : "0",
            ["enable_cuda_graph"] = captures ? "1" : "0",
        });
        native.AppendExecutionProvider_CUDA(cuda);
    }

    private static void AppendTensorRt(SessionOptions native, GraphOptions options)
    {
        using var tensorRt = new OrtTensorRTProviderOptions();
        tensorRt.UpdateOptions(new Dictionary<string, string> { ["device_id"] = options.DeviceIndex.ToString(CultureInfo.InvariantCulture) });

        // TensorRT reads the variable of the process, whatever the session says; what .NET sets later does not reach it.
        if (!options.Tf32 && Environment.GetEnvironmentVariable(Tf32Variable) != "0")
        {
            throw new NotSupportedException($"it rounds products to TF32 unless the process is started with {Tf32Variable}=0; or allow Tf32");
        }

        native.AppendExecutionProvider_Tensorrt(tensorRt);
    }
}
