using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>Runs on the processor, straight in managed arrays; any number at a time.</summary>
/// <param name="session">Stays the caller's.</param>
/// <param name="graph">What it computes.</param>
internal sealed class ProcessorRunner(InferenceSession session, PackageGraph graph) : GraphRunner
{
    private readonly RunOptions runOptions = new();
    private readonly string[] inputNames = [.. graph.Inputs.Select(input => input.Name)];
    private readonly string[] outputNames = [.. graph.Outputs.Select(output => output.Name)];

    public override TensorMemory Allocate(ElementKind kind) => new ManagedMemory(kind);

    public override void Run(GraphBatch batch)
    {
        var inputs = Views(batch.Inputs);
        var outputs = Views(batch.Outputs);
        try
        {
            session.Run(runOptions, inputNames, inputs, outputNames, outputs);
        }
        finally
        {
            Release(inputs);
            Release(outputs);
        }
    }

    public override void Dispose() => runOptions.Dispose();
}
