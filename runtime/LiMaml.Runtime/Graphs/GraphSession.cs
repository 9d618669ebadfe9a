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
    private readonly IdleBatches idle = new(MaxIdleBytes);
    private readonly Action<Action> dispatch;

    private GraphSession(InferenceSession session, PackageGraph graph, ProviderChoice provider, GraphRunner runner, Action<Action> dispatch)
    {
        this.session = session;
        this.dispatch = dispatch;
        Graph = graph;
        Provider = provider;
        Runner = runner;
    }

    /// <summary>The graph, as the manifest describes it.</summary>
    public PackageGraph Graph { get; }

    /// <summary>The provider in use: the first of <see cref="GraphOptions.Providers"/> that could be had.</summary>
    public ProviderChoice Provider { get; }

    /// <summary>How batches are run.</summary>
    internal GraphRunner Runner { get; }

    /// <summary>Loads a graph.</summary>
    /// <param name="package">Where it is.</param>
    /// <param name="graph">One of the manifest's graphs.</param>
    /// <param name="options">How to execute it; the defaults where null.</param>
    /// <exception cref="InvalidInputException">
    /// ONNX Runtime does not accept the graph; graph, manifest and model disagree (the message names graph, tensor, found and
    /// expected); an option is out of range; or a GPU is required and none can be used.
    /// </exception>
    public static GraphSession Open(ModelPackage package, PackageGraph graph, GraphOptions? options = null) => Open(package, graph, options ?? new GraphOptions(), RunnerFactory.Create);

    /// <summary>The same, run as <paramref name="runner"/> says.</summary>
    internal static GraphSession Open(ModelPackage package, PackageGraph graph, GraphOptions options, RunnerSource runner)
    {
        GraphCheck.CheckManifest(package.Manifest, graph);
        Action<Action> dispatch = options.CudaGraphs > 0 ? CaptureThread.Run : action => action();
        GraphSession? opened = null;
        dispatch(() => opened = OpenHere(package, graph, options, runner, dispatch));
        return opened!;
    }

    /// <summary>Memory for one run at a time; dispose it to give it back. Up to 64 MiB of what was given back is kept for later runs.</summary>
    public GraphBatch Rent() => idle.TryTake(out var batch) ? batch : new GraphBatch(this);

    /// <summary>Unloads the graph. No run may be going on, and batches must have been given back.</summary>
    public void Dispose() => dispatch(() =>
    {
        idle.Clear();
        Runner.Dispose();
        session.Dispose();
    });

    internal void Return(GraphBatch batch) => idle.Add(batch);

    private static GraphSession OpenHere(ModelPackage package, PackageGraph graph, GraphOptions options, RunnerSource runner, Action<Action> dispatch)
    {
        var session = SessionFactory.Open(package.PathOf(graph), options, out var provider);
        try
        {
            GraphCheck.CheckSession(session, graph, package.Manifest.BundleId);
            var runs = runner(session, graph, options, ref provider);
            return new GraphSession(session, graph, provider, runs, dispatch);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
