using System.CommandLine;
using System.Globalization;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Cli.Arguments;

/// <summary>What commands that execute a package's graphs may be told about it.</summary>
internal sealed class GraphArguments
{
    private readonly Option<GraphOptions?> provider = Text.Parsed(
        "--provider",
        "What executes the graphs: cpu (the default), cuda, tensorrt (then cuda), or auto, the first of tensorrt, cuda, cpu that can be had; cuda:1 is the second GPU. Without a GPU the processor steps in, and what was passed over is told.",
        "provider",
        "cpu, auto, cuda, tensorrt, cuda:N or tensorrt:N",
        Parse);

    private readonly Option<bool> requireGpu = new("--require-gpu") { Description = "Refuse to fall back to the processor. Without --provider: auto." };
    private readonly Option<int?> cudaGraphs = Text.Number("--cuda-graphs", "Most shapes of batches that a graph keeps as CUDA graphs, which are launched in one go. Default 0: none.", 0, 1024);
    private readonly Option<int?> threads = Common.Threads();

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [provider, requireGpu, cudaGraphs, threads];

    /// <summary>The options as the runtime takes them.</summary>
    public GraphOptions Read(ParseResult result)
    {
        var (given, required) = (result.GetValue(provider), result.GetValue(requireGpu));
        var options = given ?? (required ? Parse("auto")! : new GraphOptions());
        return options with { RequireGpu = required, CudaGraphs = result.GetValue(cudaGraphs) ?? 0, ThreadCount = result.GetValue(threads) ?? 0 };
    }

    private static GraphOptions? Parse(string text)
    {
        var (word, index) = text.ToLowerInvariant().Split(':') switch
        {
            [var name] => (name, 0),
            [var name and ("cuda" or "tensorrt"), var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var found) && found < 1024 => (name, found),
            _ => ("", 0),
        };
        return word switch
        {
            "cpu" => new GraphOptions(),
            "auto" => new GraphOptions { Providers = GraphOptions.FastestFirst },
            "cuda" => new GraphOptions { Providers = [ExecutionProvider.Cuda], DeviceIndex = index },
            "tensorrt" => new GraphOptions { Providers = [ExecutionProvider.TensorRt, ExecutionProvider.Cuda], DeviceIndex = index },
            _ => null,
        };
    }
}
