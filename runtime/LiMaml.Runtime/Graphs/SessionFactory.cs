using LiMaml.Models;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>Opens ONNX Runtime sessions on the first provider that works.</summary>
internal static class SessionFactory
{
    /// <summary>Opens the model at <paramref name="path"/>; external data is looked for beside it.</summary>
    /// <param name="path">An <c>.onnx</c> file.</param>
    /// <param name="options">How to execute it.</param>
    /// <param name="choice">The provider in use, and those passed over.</param>
    /// <exception cref="InvalidInputException">
    /// The file is not a model that ONNX Runtime accepts, an option is out of range, or a GPU is required and none can be used.
    /// </exception>
    public static InferenceSession Open(string path, GraphOptions options, out ProviderChoice choice)
    {
        options.Validate();
        if (!File.Exists(path))
        {
            throw new InvalidInputException(path, "no such file", "an ONNX model");
        }

        var passedOver = new List<PassedOver>();
        foreach (var provider in options.Providers.TakeWhile(provider => provider != ExecutionProvider.Cpu).Distinct())
        {
            if (TryOpen(path, options, provider, passedOver) is { } session)
            {
                choice = new ProviderChoice(provider, passedOver);
                return session;
            }
        }

        if (options.RequireGpu)
        {
            throw new InvalidInputException("GPU", $"none that can be used: {string.Join(", ", passedOver)}", $"one of {string.Join(", ", passedOver.Select(other => other.What))}, since a GPU is required");
        }

        choice = new ProviderChoice(ExecutionProvider.Cpu, passedOver);
        return OpenOnProcessor(path, options);
    }

    private static InferenceSession OpenOnProcessor(string path, GraphOptions options)
    {
        using var native = ProviderSettings.For(ExecutionProvider.Cpu, options);
        try
        {
            return new InferenceSession(path, native);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InvalidInputException($"{path}: ONNX Runtime does not accept this model: {error.Message}", error);
        }
    }

    /// <summary>
    /// A build without the provider has no such entry point; one that has it reports the absence of the device or of a library
    /// when it is added, or only when the model is loaded. All of it means: try the next.
    /// </summary>
    private static InferenceSession? TryOpen(string path, GraphOptions options, ExecutionProvider provider, List<PassedOver> passedOver)
    {
        try
        {
            using var native = ProviderSettings.For(provider, options);
            return new InferenceSession(path, native);
        }
        catch (Exception error) when (error is EntryPointNotFoundException or OnnxRuntimeException or NotSupportedException)
        {
            passedOver.Add(new PassedOver($"{provider}", error is EntryPointNotFoundException ? "not in this build of ONNX Runtime" : FirstLine(error.Message)));
            return null;
        }
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0].Trim();
}
