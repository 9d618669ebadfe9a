using LiMaml.Models;
using LiMaml.Models.Packages;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>
/// One graph, loaded into ONNX Runtime and checked against its package's manifest. Thread-safe: any number of threads may rent
/// batches and run them at the same time.
/// </summary>
public sealed class GraphSession : IDisposable
{
    private const long MaxIdleBytes = 64 << 20;
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private readonly IdleBatches idle = new(MaxIdleBytes);
    private readonly string[] inputNames;
    private readonly string[] outputNames;

    private GraphSession(InferenceSession session, PackageGraph graph, ExecutionProvider provider)
    {
        this.session = session;
        Graph = graph;
        Provider = provider;
        inputNames = [.. graph.Inputs.Select(input => input.Name)];
        outputNames = [.. graph.Outputs.Select(output => output.Name)];
    }

    /// <summary>The graph, as the manifest describes it.</summary>
    public PackageGraph Graph { get; }

    /// <summary>The provider in use: the first of <see cref="GraphOptions.Providers"/> that could be had.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>Loads a graph.</summary>
    /// <param name="package">Where it is.</param>
    /// <param name="graph">One of the manifest's graphs.</param>
    /// <param name="options">How to execute it; the defaults where null.</param>
    /// <exception cref="InvalidInputException">
    /// ONNX Runtime does not accept the graph; graph, manifest and model disagree (the message names graph, tensor, found and
    /// expected); or an option is out of range.
    /// </exception>
    public static GraphSession Open(ModelPackage package, PackageGraph graph, GraphOptions? options = null)
    {
        GraphCheck.CheckManifest(package.Manifest, graph);
        var session = SessionFactory.Open(package.PathOf(graph), options ?? new GraphOptions(), out var provider);
        try
        {
            GraphCheck.CheckSession(session, graph, package.Manifest.BundleId);
            return new GraphSession(session, graph, provider);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Memory for one run at a time; dispose it to give it back. Up to 64 MiB of what was given back is kept for later runs.</summary>
    public GraphBatch Rent() => idle.TryTake(out var batch) ? batch : new GraphBatch(this);

    /// <summary>Unloads the graph. No run may be going on.</summary>
    public void Dispose()
    {
        runOptions.Dispose();
        session.Dispose();
    }

    internal void Return(GraphBatch batch) => idle.Add(batch);

    internal void Run(GraphBatch batch)
    {
        var inputs = Bind(batch.Inputs);
        var outputs = Bind(batch.Outputs);
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

    private static List<OrtValue> Bind(IReadOnlyList<TensorBuffer> buffers) => [.. buffers.Select(buffer => buffer.ToOrtValue())];

    private static void Release(List<OrtValue> values) => values.ForEach(value => value.Dispose());
}
