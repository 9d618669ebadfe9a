using LiMaml.Export.Graphs;
using LiMaml.Export.Tests.Reference;
using LiMaml.Export.Tests.Running;
using LiMaml.Models.Network;

namespace LiMaml.Export.Tests.Graphs;

/// <summary>Each operation, recorded and run on ONNX Runtime, against its definition.</summary>
public sealed class OnnxAlgebraTests
{
    private const double Tolerance = 1e-6;

    // A product over an empty axis ("outer" without support) is left unset by ONNX Runtime: graphs choose around it.
    private static readonly Dictionary<string, int>[] Sizes =
    [
        new() { ["tasks"] = 2, ["support"] = 3 },
        new() { ["tasks"] = 1, ["support"] = 1 },
        new() { ["tasks"] = 2, ["support"] = 0 },
        new() { ["tasks"] = 0, ["support"] = 2 },
    ];

    [Theory]
    [InlineData("add", "tasks,support,4", "4")]
    [InlineData("add", "tasks,support,4", "tasks,1,4")]
    [InlineData("add", "4", "tasks,support,4")]
    [InlineData("subtract", "tasks,support,1", "tasks,support,4")]
    [InlineData("multiply", "tasks,support,4", "tasks,support,1")]
    [InlineData("divide", "tasks,support,4", "tasks,support,4")]
    [InlineData("scale", "tasks,support,4")]
    [InlineData("scaleByOne", "tasks,support,4")]
    [InlineData("matMul", "tasks,support,4", "4,3")]
    [InlineData("matMul", "tasks,support,4", "tasks,4,3")]
    [InlineData("gram", "tasks,support,4", "tasks,support,4")]
    [InlineData("outer", "tasks,support,4", "tasks,support,3")]
    [InlineData("transpose", "tasks,support,4")]
    [InlineData("transpose", "4,3")]
    [InlineData("sumLast", "tasks,support,4")]
    [InlineData("sumLast", "tasks,4")]
    [InlineData("add", "tasks,1", "tasks,4")]
    [InlineData("multiply", "tasks,4", "tasks,1")]
    [InlineData("atLeast", "tasks,1", "5")]
    [InlineData("sumSupport", "tasks,support,4")]
    [InlineData("dropSupport", "tasks,support,4")]
    [InlineData("max", "tasks,support,4")]
    [InlineData("aboveMax", "tasks,1,support")]
    [InlineData("relu", "tasks,support,4")]
    [InlineData("positive", "tasks,support,4")]
    [InlineData("atLeast", "tasks,support,1", "5")]
    [InlineData("sigmoid", "tasks,support,4")]
    [InlineData("softplus", "tasks,support,4")]
    [InlineData("tanh", "tasks,support,4")]
    [InlineData("log1p", "tasks,support,4")]
    [InlineData("exp", "tasks,support,4")]
    [InlineData("sqrt", "tasks,support,4")]
    [InlineData("solve", "tasks,5,6", "tasks,5,1")]
    [InlineData("concatenate", "tasks,support,4", "tasks,support,1", "tasks,support,2")]
    [InlineData("slice", "tasks,support,4")]
    [InlineData("squeeze", "tasks,support,1")]
    [InlineData("unsqueezeFirst", "tasks,support,4")]
    [InlineData("unsqueezeLast", "tasks,support,4")]
    [InlineData("gather", "5,4", "tasks,support")]
    [InlineData("gather", "5,4", "tasks,support,3")]
    [InlineData("isPresent", "tasks,support,3")]
    [InlineData("stopGradient", "tasks,support,4")]
    [InlineData("one", "tasks,support,4")]
    [InlineData("constant", "tasks,support,3")]
    public void Operation_OnRuntime_EqualsDefinition(string operation, params string[] shapes) =>
        Assert.All(Enum.GetValues<ExportProfile>(), profile => CheckOperation(operation, shapes, profile));

    [Fact]
    public void AtLeast_InTheWidestProfile_IsExactAtTheBoundaries()
    {
        float[] boundaries = [-1e30f, -3, 0, 1e-30f, 0.1f, 6, 16777216, 1e30f];
        float[] values = [.. boundaries.SelectMany(boundary => new[] { MathF.BitDecrement(boundary), boundary, MathF.BitIncrement(boundary) }).Where(value => value == 0 || MathF.Abs(value) > 1e-37f)];
        var graph = new GraphBuilder("g", ExportProfile.Widest);
        var algebra = OnnxAlgebra.For(graph);
        graph.Output("y", algebra.AtLeast(graph.Input("x", OnnxElement.Float32, "rows", 1), algebra.Constant(boundaries, boundaries.Length)));
        var input = new NdArray([.. values.Select(value => (double)value)], values.Length, 1);

        var actual = GraphRun.Run(graph.Build(new Dictionary<string, string>()).ToBytes(), new Dictionary<string, NdArray> { ["x"] = input })["y"];

        Assert.Equal(values.SelectMany(value => boundaries.Select(boundary => value >= boundary ? 1.0 : 0)), actual.Values);
    }

    private static void CheckOperation(string operation, string[] shapes, ExportProfile profile)
    {
        var graph = new GraphBuilder(operation, profile);
        var symbols = shapes.Select((shape, index) => graph.Input($"x{index}", Kind(operation, index), Axes(shape))).ToList();
        var result = Apply(operation, OnnxAlgebra.For(graph), symbols);
        graph.Output("y", result);
        var model = graph.Build(new Dictionary<string, string>()).ToBytes();

        foreach (var sizes in Sizes.Where(sizes => operation != "outer" || sizes["support"] > 0))
        {
            var random = new Random(7);
            var inputs = shapes.Select((shape, index) => Values(random, operation, index, Concrete(Axes(shape), sizes))).ToList();
            var expected = Apply(operation, new ReferenceAlgebra(), inputs);
            var actual = GraphRun.Run(model, inputs.Select((input, index) => (input, index)).ToDictionary(pair => $"x{pair.index}", pair => pair.input))["y"];

            Assert.Equal(Concrete([.. result.Shape.Axes], sizes), expected.Shape);
            GraphRun.AssertClose(expected, actual, Tolerance, operation);
        }
    }

    [Theory]
    [InlineData("softplus")]
    [InlineData("sigmoid")]
    [InlineData("tanh")]
    public void Operation_OfExtremeValues_StaysFiniteAndExact(string operation)
    {
        var graph = new GraphBuilder(operation);
        graph.Output("y", Apply(operation, new OnnxAlgebra(graph), [graph.Input("x", OnnxElement.Float32, "rows")]));
        double[] extremes = [-3e38, -1e4, -200, -90, -30, -17, -5, -1e-3, -1e-10, 0, 1e-10, 1e-3, 5, 17, 30, 90, 200, 1e4, 3e38];
        var inputs = new NdArray([.. extremes.Select(value => (double)(float)value)], extremes.Length);

        var actual = GraphRun.Run(graph.Build(new Dictionary<string, string>()).ToBytes(), new Dictionary<string, NdArray> { ["x"] = inputs })["y"];

        Assert.All(actual.Values, value => Assert.True(double.IsFinite(value)));
        GraphRun.AssertClose(Apply(operation, new ReferenceAlgebra(), [inputs]), actual, Tolerance, operation);
    }

    [Fact]
    public void DropoutFactors_InAGraph_DropsNothing()
    {
        var graph = new GraphBuilder("g");
        Assert.Null(new OnnxAlgebra(graph).DropoutFactors(graph.Input("x", OnnxElement.Float32, 3), 0.5));
    }

    internal static T Apply<T>(string operation, ITensorAlgebra<T> algebra, IReadOnlyList<T> x)
        where T : class => operation switch
        {
            "add" => algebra.Add(x[0], x[1]),
            "subtract" => algebra.Subtract(x[0], x[1]),
            "multiply" => algebra.Multiply(x[0], x[1]),
            "divide" => algebra.Divide(x[0], x[1]),
            "scale" => algebra.Scale(x[0], -0.37),
            "scaleByOne" => algebra.Scale(x[0], 1),
            "matMul" => algebra.MatMul(x[0], x[1]),
            "gram" => algebra.MatMul(x[0], algebra.Transpose(x[1])),
            "outer" => algebra.MatMul(algebra.Transpose(x[0]), x[1]),
            "transpose" => algebra.Transpose(x[0]),
            "sumLast" => algebra.Sum(x[0], -1),
            "sumSupport" => algebra.Sum(x[0], 1),
            "dropSupport" => algebra.Sum(x[0], -2, keepAxis: false),
            "max" => algebra.Max(x[0]),
            "aboveMax" => algebra.Relu(algebra.Max(x[0])), // 0 over an empty axis
            "relu" => algebra.Relu(x[0]),
            "positive" => algebra.Positive(x[0]),
            "atLeast" => algebra.AtLeast(x[0], x[1]),
            "sigmoid" => algebra.Sigmoid(x[0]),
            "softplus" => algebra.Softplus(x[0]),
            "tanh" => algebra.Tanh(x[0]),
            "log1p" => algebra.Log1p(x[0]),
            "exp" => algebra.Exp(x[0]),
            "sqrt" => algebra.Sqrt(algebra.Add(algebra.Multiply(x[0], x[0]), algebra.One)),
            "solve" => algebra.Solve(algebra.Add(algebra.MatMul(x[0], algebra.Transpose(x[0])), Identity(algebra, 5)), x[1]),
            "concatenate" => algebra.Concatenate(x),
            "slice" => algebra.Slice(x[0], 1, 3),
            "squeeze" => algebra.Squeeze(x[0]),
            "unsqueezeFirst" => algebra.Unsqueeze(x[0], 0),
            "unsqueezeLast" => algebra.Unsqueeze(x[0], -1),
            "gather" => algebra.Gather(x[0], x[1]),
            "isPresent" => algebra.IsPresent(x[0]),
            "stopGradient" => algebra.Relu(algebra.StopGradient(x[0])),
            "one" => algebra.Subtract(algebra.One, x[0]),
            "constant" => algebra.Multiply(x[0], algebra.Constant([1.5f, -2, 3], 3)),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "unknown"),
        };

    private static T Identity<T>(ITensorAlgebra<T> algebra, int size)
        where T : class => algebra.Constant([.. Enumerable.Range(0, size * size).Select(place => place % (size + 1) == 0 ? 1f : 0f)], size, size);

    private static bool IsIndex(string operation, int input) => (operation, input) is ("gather", 1) or ("isPresent", 0);

    private static OnnxElement Kind(string operation, int input) => IsIndex(operation, input) ? OnnxElement.Int64 : OnnxElement.Float32;

    private static NdArray Values(Random random, string operation, int input, int[] shape) => NdArray.Filled(shape, position =>
        IsIndex(operation, input) ? random.Next(5)
        : operation == "log1p" ? random.Next(1000)
        : position == 0 ? 0.5 // never 0: also a divisor
        : (float)(random.NextDouble() * 4 - 2));

    private static OnnxAxis[] Axes(string shape) =>
        [.. shape.Split(',').Select(axis => long.TryParse(axis, out var size) ? OnnxAxis.Fixed(size) : OnnxAxis.Named(axis))];

    private static int[] Concrete(OnnxAxis[] axes, Dictionary<string, int> sizes) =>
        [.. axes.Select(axis => axis.Name is null ? (int)axis.Size : sizes[axis.Name])];
}
