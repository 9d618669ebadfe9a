using System.Globalization;
using LiMaml.Export.Graphs;
using LiMaml.Export.Graphs.Operators;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>How fast the exported adapt graph goes, against the fastest thing the same runtime does: one large matrix product.</summary>
internal sealed class AdaptBenchmark : TimedBenchmark
{
    private const int Tasks = 256;
    private const int Support = 32;
    private const int ProductSize = 1024;
    private static readonly Dictionary<string, int> Sizes = new() { [GraphTensorNames.TasksAxis] = Tasks, [GraphTensorNames.SupportAxis] = Support };
    private readonly Random random = new(1);
    private readonly List<IDisposable> owned = [];

    internal override string Name => "adapt";

    internal override string Description =>
        $"ONNX Runtime: a product of two matrices of {ProductSize} × {ProductSize}, and the adapt graph for {Tasks} tasks of {Support} samples (meta block 64-64-32, global block 192-256-128-64-1). "
        + "Counted are the operations of all matrix products in a graph.";

    internal override IReadOnlyList<Variant> Prepare(int threads) => [Product(threads), Adapt(1, threads), Adapt(5, threads)];

    public override void Dispose()
    {
        owned.ForEach(owner => owner.Dispose());
        base.Dispose();
    }

    private Variant Product(int threads)
    {
        var graph = new GraphBuilder("product");
        var weight = graph.Weight("weight", Numbers(ProductSize * ProductSize), ProductSize, ProductSize);
        graph.Output("product", graph.MatMul(graph.Input("x", OnnxElement.Float32, ProductSize, ProductSize), weight));
        var model = graph.Build(new Dictionary<string, string>());
        return Run("product", 0, model, new() { ["x"] = Floats([ProductSize, ProductSize]) }, threads);
    }

    private Variant Adapt(int steps, int threads)
    {
        var spec = PaperModel.Spec(steps, Support);
        var described = PackageGraphs.Of(spec, PaperModel.Schema).Single(graph => graph.Kind is GraphKind.Adapt);
        var deviations = Parameters.Declare(spec, PaperModel.Schema).ToDictionary(declaration => declaration.Name, declaration => declaration.InitialDeviation);
        var model = new NetworkGraph(spec, PaperModel.Schema, (name, shape) => new NamedTensor(shape, Numbers((int)shape.Aggregate(1L, (product, size) => product * size), deviations[name])))
            .Build(described, new Dictionary<string, string>());
        var inputs = described.Inputs.ToDictionary(input => input.Name, input => input.Name switch
        {
            GraphTensorNames.SupportLabel => Floats(Shape(input), value => value > 0 ? 1 : 0),
            GraphTensorNames.SupportWeight => Floats(Shape(input), _ => 1),
            _ => Floats(Shape(input)),
        });
        return Run($"adapt, k = {steps}", Tasks, model, inputs, threads);
    }

    private Variant Run(string name, int tasks, OnnxModel model, Dictionary<string, OrtValue> inputs, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        var session = new InferenceSession(model.ToBytes(), options);
        var run = new RunOptions();
        owned.AddRange([.. inputs.Values, session, run]);
        return new Variant(name, () => session.Run(run, inputs, session.OutputNames).Dispose()) { Operations = OperationCount.Of(model.ToProto(), Sizes), Tasks = tasks };
    }

    private static long[] Shape(GraphInput input) => [.. input.Axes.Select(axis => Sizes.TryGetValue(axis, out var size) ? size : long.Parse(axis, CultureInfo.InvariantCulture))];

    private OrtValue Floats(long[] shape, Func<float, float>? change = null) =>
        OrtValue.CreateTensorValueFromMemory([.. Numbers((int)shape.Aggregate(1L, (product, size) => product * size)).Select(change ?? (value => value))], shape);

    /// <summary>Uniform around 0.</summary>
    private float[] Numbers(int count, double deviation = 1) => [.. Enumerable.Range(0, count).Select(_ => (float)(deviation * Math.Sqrt(12) * (random.NextDouble() - 0.5)))];
}
