using LiMaml.Models;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>Opens ONNX Runtime sessions on the first provider that works.</summary>
internal static class SessionFactory
{
    /// <summary>Opens the model at <paramref name="path"/>; external data is looked for beside it.</summary>
    /// <param name="path">An <c>.onnx</c> file.</param>
    /// <param name="options">How to execute it.</param>
    /// <param name="provider">The provider in use.</param>
    /// <exception cref="InvalidInputException">The file is not a model that ONNX Runtime accepts.</exception>
    public static InferenceSession Open(string path, GraphOptions options, out ExecutionProvider provider)
    {
        options.Validate();
        if (!File.Exists(path))
        {
            throw new InvalidInputException(path, "no such file", "an ONNX model");
        }

        using var native = NativeOptions(options);
        provider = AppendProvider(native, options.Providers);
        try
        {
            return new InferenceSession(path, native);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InvalidInputException($"{path}: ONNX Runtime does not accept this model: {error.Message}", error);
        }
    }

    private static SessionOptions NativeOptions(GraphOptions options)
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

    private static ExecutionProvider AppendProvider(SessionOptions native, IReadOnlyList<ExecutionProvider> preferred)
    {
        foreach (var provider in preferred)
        {
            if (provider == ExecutionProvider.Cpu || TryAppend(native, provider))
            {
                return provider;
            }
        }

        return ExecutionProvider.Cpu;
    }

    /// <summary>
    /// A build without the provider has no such entry point; a build with it on a machine without the device reports an
    /// error. Both mean: try the next.
    /// </summary>
    private static bool TryAppend(SessionOptions native, ExecutionProvider provider)
    {
        try
        {
            if (provider == ExecutionProvider.TensorRt)
            {
                native.AppendExecutionProvider_Tensorrt();
            }

            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string> { ["use_tf32"] = "0" });
            native.AppendExecutionProvider_CUDA(cuda);
            return true;
        }
        catch (Exception error) when (error is EntryPointNotFoundException or OnnxRuntimeException)
        {
            return false;
        }
    }
}
