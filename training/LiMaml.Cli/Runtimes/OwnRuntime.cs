using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Verification;

namespace LiMaml.Cli.Runtimes;

/// <summary>ONNX Runtime as LiMaml itself uses it, in this process.</summary>
/// <param name="options">How the graphs are executed.</param>
internal sealed class OwnRuntime(GraphOptions options) : IVerifyingRuntime
{
    /// <summary>What the command line calls it.</summary>
    public const string Word = "onnxruntime";

    /// <inheritdoc/>
    public string Name => Word;

    /// <inheritdoc/>
    public Task<IReadOnlyList<RuntimeReport>> VerifyAsync(IReadOnlyList<string> packages, double? tolerance, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<RuntimeReport>>(() => [.. packages.Select(package => Of(package, Verifier.Verify(package, tolerance, options, cancellation)))], cancellation);

    private static RuntimeReport Of(string package, VerificationReport report) => new(
        $"ONNX Runtime, {report.Provider}",
        package,
        [.. report.Outputs.GroupBy(output => output.Graph).Select(graph => new GraphReport(graph.Key, [.. graph]))]);
}
