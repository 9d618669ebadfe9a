using System.Diagnostics;
using LiMaml.Models;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>
/// Lets ONNX Runtime copy tensors to and from a GPU outside a run. Its environment learns how from the provider's library, once
/// that is registered; sessions alone do not tell it.
/// </summary>
internal static class CudaCopies
{
    private static readonly Lock Guard = new();
    private static bool registered;

    /// <summary>Registers the library, once in the process.</summary>
    /// <exception cref="InvalidInputException">It is not beside ONNX Runtime's, or is refused.</exception>
    public static void Enable()
    {
        lock (Guard)
        {
            if (registered)
            {
                return;
            }

            try
            {
                OrtEnv.Instance().RegisterExecutionProviderLibrary("LiMaml.Cuda", LibraryPath());
                registered = true;
            }
            catch (OnnxRuntimeException error)
            {
                throw new InvalidInputException($"{nameof(GraphOptions.CudaGraphs)}: ONNX Runtime can't copy to the GPU outside of runs: {error.Message}; expected 0", error);
            }
        }
    }

    private static string LibraryPath()
    {
        var (runtime, cuda) = OperatingSystem.IsWindows()
            ? ("onnxruntime.dll", "onnxruntime_providers_cuda.dll")
            : ("libonnxruntime.so", "libonnxruntime_providers_cuda.so");
        using var process = Process.GetCurrentProcess();
        var loaded = process.Modules.Cast<ProcessModule>().FirstOrDefault(module => module.ModuleName.StartsWith(runtime, StringComparison.OrdinalIgnoreCase))?.FileName;
        var path = Path.Combine(Path.GetDirectoryName(loaded) ?? AppContext.BaseDirectory, cuda);
        return File.Exists(path) ? path : throw new InvalidInputException(nameof(GraphOptions.CudaGraphs), $"no {cuda} at {path}", "0, or the library beside ONNX Runtime's");
    }
}
