using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Tests.Samples;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Runtime.Tests.Graphs;

/// <summary>The ways in which a GPU is run, with the processor standing for the device.</summary>
public sealed class GraphRunnerTests : IDisposable
{
    private const int MaxShapes = 3;
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, bool> Ways => new()
    {
        { "exact", false }, { "two", false }, { "newton", false }, { "exact", true }, { "two", true }, { "newton", true },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Run_OnADevice_GivesWhatTheProcessorGives(string spec, bool captures)
    {
        var package = Package(spec);
        foreach (var graph in package.Manifest.Graphs)
        {
            using var plain = GraphSession.Open(package, graph);
            using var device = Open(package, graph, captures);
            foreach (var rows in (int[])[2, 33, 3, 1, 4, 0, 7, 33, 100, 5])
            {
                AssertSame(graph, Outputs(plain, Math.Max(rows, captures && rows > 0 ? 2 : 0), rows), Outputs(device, rows, rows));
            }
        }
    }

    [Fact]
    public void Run_Captured_SharesShapesAmongSizesOfOneBucket()
    {
        var package = Package("exact");
        using var session = Open(package, package.Global, captures: true);
        foreach (var (rows, shapes) in ((int, int)[])[(5, 1), (8, 1), (6, 1), (9, 2), (1, 3), (2, 3), (5, 3), (16, 3)])
        {
            Outputs(session, rows, rows);
            Assert.Equal(shapes, Captured(session).ShapeCount);
        }
    }

    [Fact]
    public void Run_CapturedBeyondItsBounds_RunsUncaptured()
    {
        var package = Package("exact");
        using var plain = GraphSession.Open(package, package.Global);
        using var session = Open(package, package.Global, captures: true);
        foreach (var (rows, shapes) in ((int, int)[])[(CapturedRunner.MaxRows + 1, 0), (2, 1), (4, 2), (8, 3), (16, 3), (0, 3)])
        {
            AssertSame(package.Global, Outputs(plain, rows, rows), Outputs(session, rows, rows));
            Assert.Equal(shapes, Captured(session).ShapeCount);
        }
    }

    [Fact]
    public void Run_CapturedAfterALargerBatchOfTheBucket_DoesNotReadItsRows()
    {
        var package = Package("exact");
        using var session = Open(package, package.Global, captures: true);
        using var batch = session.Rent();
        Fill(batch, session.Graph, 8, 8);
        batch.Run();
        Fill(batch, session.Graph, 5, 5);
        batch.Run();
        var input = session.Graph.Inputs.Single(input => input.Name == "taste");
        batch.Resize(("rows", 8));
        Assert.NotEqual(new float[5 * 4], batch.Float32(input.Name)[..20].ToArray());
        Assert.Equal(new float[3 * 4], batch.Float32(input.Name)[20..].ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_FromManyThreads_GivesWhatOneThreadGives(bool captures)
    {
        var package = Package("exact");
        using var session = Open(package, package.Adapt("member"), captures);
        var alone = Enumerable.Range(2, 30).Select(rows => Outputs(session, rows, rows)).ToList();
        var together = new Dictionary<string, float[]>[alone.Count];
        Parallel.For(0, alone.Count, new ParallelOptions { MaxDegreeOfParallelism = 6 }, index => together[index] = Outputs(session, index + 2, index + 2));
        Assert.All(alone.Zip(together), pair => AssertSame(session.Graph, pair.First, pair.Second));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rent_Again_UsesTheMemoryOfBefore(bool captures)
    {
        var package = Package("exact");
        using var session = Open(package, package.Global, captures);
        long bytes;
        using (var first = session.Rent())
        {
            first.Resize(("rows", 1000));
            bytes = first.AllocatedBytes;
        }

        using var second = session.Rent();
        second.Resize(("rows", 10));
        Assert.Equal(bytes, second.AllocatedBytes);
        Assert.True(bytes >= 1000 * package.Global.Inputs.Sum(input => 4 * int.Parse(input.Axes[^1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Run_WithAFaultInside_ComesBackToTheCaller()
    {
        var package = Package("exact");
        using var session = Open(package, package.Global, captures: true);
        using var batch = session.Rent();
        Fill(batch, session.Graph, 4, 4);
        batch.Int64("categorical").Fill(1000);
        Assert.Throws<OnnxRuntimeException>(batch.Run);
        Fill(batch, session.Graph, 4, 4);
        batch.Run();
    }

    private static CapturedRunner Captured(GraphSession session) => Assert.IsType<CapturedRunner>(session.Runner);

    private static GraphSession Open(ModelPackage package, PackageGraph graph, bool captures) => GraphSession.Open(
        package,
        graph,
        new GraphOptions { CudaGraphs = captures ? MaxShapes : 0 },
        (session, _, options, ref _) =>
        {
            using var memory = new DeviceMemory(OfProcessor(), OfProcessor(), Copy);
            return captures ? new CapturedRunner(session, memory, options.CudaGraphs) : new BoundRunner(session, memory);
        });

    private static OrtMemoryInfo OfProcessor() => new(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default);

    private static void Copy(List<OrtValue> from, List<OrtValue> to)
    {
        foreach (var (source, target) in from.Zip(to, (source, target) => (source, target)))
        {
            Assert.Equal(source.GetTensorTypeAndShape().Shape, target.GetTensorTypeAndShape().Shape);
            source.GetTensorMutableRawData().CopyTo(target.GetTensorMutableRawData());
        }
    }

    private static Dictionary<string, float[]> Outputs(GraphSession session, int rows, int used)
    {
        using var batch = session.Rent();
        Fill(batch, session.Graph, rows, used);
        batch.Run();
        return session.Graph.Outputs.ToDictionary(
            output => output.Name,
            output => batch.Float32(output.Name)[..(rows == 0 ? 0 : used * (int)(batch.Float32(output.Name).Length / rows))].ToArray());
    }

    /// <summary>The same rows whatever their number; those that are not used are zeros.</summary>
    private static void Fill(GraphBatch batch, PackageGraph graph, int rows, int used)
    {
        batch.Resize(("rows", rows), ("tasks", rows), ("support", 4));
        foreach (var input in graph.Inputs)
        {
            var width = batch.Shape(input.Name).Skip(1).Aggregate(1L, (product, size) => product * size);
            if (input.Kind == ElementKind.Float32)
            {
                Fill(batch.Float32(input.Name), index => index < used * width ? (1 + (index * 7 % 11)) / 11f : 0);
            }
            else
            {
                Fill(batch.Int64(input.Name), index => index < used * width ? index * 5 % 3 : 0);
            }
        }
    }

    private static void Fill<T>(Span<T> values, Func<int, T> value)
    {
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = value(index);
        }
    }

    /// <summary>Bit for bit, but for losses, whose logarithms depend on a value's place in a batch.</summary>
    private static void AssertSame(PackageGraph graph, Dictionary<string, float[]> expected, Dictionary<string, float[]> found)
    {
        foreach (var output in graph.Outputs)
        {
            Assert.Equal(expected[output.Name].Length, found[output.Name].Length);
            if (output.Name is GraphTensorNames.LossBefore or GraphTensorNames.LossAfter)
            {
                Assert.All(expected[output.Name].Zip(found[output.Name]), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            }
            else
            {
                Assert.Equal(expected[output.Name], found[output.Name]);
            }
        }
    }

    private ModelPackage Package(string spec) => TestModel.Package(
        spec switch { "two" => TestModel.Two, "newton" => TestModel.Newton, _ => TestModel.Exact }, folder[spec]);
}
