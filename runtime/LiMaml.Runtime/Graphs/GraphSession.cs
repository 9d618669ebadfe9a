using System.Collections.Concurrent;
using LiMaml.Models;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Graphs;

/// <summary>
/// One graph, loaded into ONNX Runtime and checked against its signature. Thread-safe: any number of threads may rent
/// batches and run them at the same time.
/// </summary>
public sealed class GraphSession : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private readonly ConcurrentBag<GraphBatch> idle = [];
    private readonly string[] inputNames;
    private readonly string[] outputNames;

    private GraphSession(InferenceSession session, GraphSignature signature, ExecutionProvider provider)
    {
        this.session = session;
        Signature = signature;
        Provider = provider;
        inputNames = [.. signature.Inputs.Select(tensor => tensor.Name)];
        outputNames = [.. signature.Outputs.Select(tensor => tensor.Name)];
    }

    /// <summary>The graph's inputs and outputs.</summary>
    public GraphSignature Signature { get; }

    /// <summary>The provider in use: the first of <see cref="GraphOptions.Providers"/> that could be had.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>Loads a graph.</summary>
    /// <param name="path">An <c>.onnx</c> file.</param>
    /// <param name="signature">What the manifest says of it.</param>
    /// <param name="options">How to execute it; the defaults where null.</param>
    /// <exception cref="InvalidInputException">There is no such model, or it disagrees with <paramref name="signature"/>.</exception>
    public static GraphSession Open(string path, GraphSignature signature, GraphOptions? options = null)
    {
        var session = SessionFactory.Open(path, options ?? new GraphOptions(), out var provider);
        try
        {
            SignatureCheck.Check(session, signature);
            return new GraphSession(session, signature, provider);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Memory for one run at a time; dispose it to give it back.</summary>
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
