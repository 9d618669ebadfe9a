using LiMaml.Export.Graphs;
using LiMaml.Export.Graphs.Operators;
using LiMaml.Export.Tests.Reference;
using LiMaml.Export.Tests.Running;

namespace LiMaml.Export.Tests.Graphs;

public sealed class GraphBuilderTests
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    [Fact]
    public void Text_OfATinyGraph_IsAsWritten()
    {
        var graph = new GraphBuilder("tiny");
        var x = graph.Input("x", OnnxElement.Float32, "rows", 2);
        var weight = graph.Weight("block.layers.0.weight", [1, 2, 3, 4, 5, 6], 2, 3);
        var bias = graph.Weight("block.layers.0.bias", [1, 2, 3], 3);
        graph.Tanh(weight); // no output depends on it
        var hidden = graph.Relu(graph.Add(graph.MatMul(x, weight), bias));
        graph.Output("sum", graph.ReduceSum(hidden, -1, keepAxis: true));
        graph.Output("half", graph.Mul(graph.Slice(hidden, 1, 3), graph.Constant([0.5f], 1)));

        Assert.Equal(
            """
            graph tiny (opset 13, IR 7)
              input x: float32 [rows, 2]
              constant block.layers.0.weight: float32 [2, 3]
              constant block.layers.0.bias: float32 [3]
              constant constant/[1]: int64 [1]
              constant constant/[3]: int64 [1]
              constant constant/0.5: float32 [1]
              block.layers.0/matmul = MatMul(x, block.layers.0.weight): float32 [rows, 3]
              block.layers.0/add = Add(block.layers.0/matmul, block.layers.0.bias): float32 [rows, 3]
              block.layers.0/relu = Relu(block.layers.0/add): float32 [rows, 3]
              sum = ReduceSum(block.layers.0/relu, constant/[1], keepdims=1): float32 [rows, 1]
              block.layers.0/slice = Slice(block.layers.0/relu, constant/[1], constant/[3], constant/[1]): float32 [rows, 2]
              half = Mul(block.layers.0/slice, constant/0.5): float32 [rows, 2]
              output sum, half

            """.ReplaceLineEndings("\n"),
            GraphText.Write(graph.Build(NoMetadata).ToProto()));
    }

    [Fact]
    public void Record_TheSameOperationTwice_GivesOneValue()
    {
        var graph = new GraphBuilder("g");
        var x = graph.Input("x", OnnxElement.Float32, "tasks", 2, 3);

        Assert.Same(graph.Transpose(x), graph.Transpose(x));
        Assert.Same(graph.Constant([1, 2], 2), graph.Constant([1, 2], 2));
        Assert.NotSame(graph.Constant([1, 2], 2), graph.Constant([1, 2], 1, 2));
        Assert.NotSame(graph.ReduceSum(x, 1, keepAxis: true), graph.ReduceSum(x, 1, keepAxis: false));
    }

    [Fact]
    public void Output_OfOneValueTwiceOrOfAnInput_IsCopied()
    {
        var graph = new GraphBuilder("g");
        var x = graph.Input("x", OnnxElement.Float32, "rows");
        var y = graph.Relu(x);
        graph.Output("first", y);
        graph.Output("second", y);
        graph.Output("third", x);

        var outputs = GraphRun.Run(graph.Build(NoMetadata).ToBytes(), new Dictionary<string, NdArray> { ["x"] = new([-1, 2], 2) });

        Assert.Equal([0, 2], outputs["first"].Values);
        Assert.Equal([0, 2], outputs["second"].Values);
        Assert.Equal([-1, 2], outputs["third"].Values);
    }

    [Fact]
    public void Build_WithMetadata_WritesItInOrder()
    {
        var graph = new GraphBuilder("g");
        graph.Output("y", graph.Relu(graph.Input("x", OnnxElement.Float32, 1)));
        var model = graph.Build(new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" }).ToProto();

        Assert.Equal(["a=1", "b=2"], model.MetadataProps.Select(entry => $"{entry.Key}={entry.Value}"));
        Assert.Equal((7, 13), (model.IrVersion, model.OpsetImport.Single().Version));
    }

    [Fact]
    public void Build_WithoutOutput_IsRefused()
    {
        var graph = new GraphBuilder("empty");
        Assert.Contains("'empty' has no output", Assert.Throws<InvalidOperationException>(() => graph.Build(NoMetadata)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Input_OfATakenName_IsRefused()
    {
        var graph = new GraphBuilder("g");
        graph.Input("x", OnnxElement.Float32, 1);
        Refuses("a value 'x' already", () => graph.Input("x", OnnxElement.Int64, 1));
        Refuses("a value 'x' already", () => graph.Weight("x", [1], 1));
    }

    [Fact]
    public void Record_ValueOfAnotherGraph_IsRefused()
    {
        var other = new GraphBuilder("other").Input("x", OnnxElement.Float32, 1);
        Refuses("'x' belongs to graph 'other', not to 'mine'", () => new GraphBuilder("mine").Relu(other));
    }

    [Fact]
    public void Operators_OperandsThatDoNotFit_AreRefusedByNameAndShape()
    {
        var graph = new GraphBuilder("g");
        var x = graph.Input("x", OnnxElement.Float32, "tasks", "support", 4);
        var y = graph.Input("y", OnnxElement.Float32, "tasks", "rows", 4);
        var vector = graph.Input("v", OnnxElement.Float32, 3);
        var indices = graph.Input("i", OnnxElement.Int64, "tasks", 2);
        var truth = graph.Greater(indices, graph.Integer(0));

        Refuses("Add(x: float32 [tasks, support, 4], v: float32 [3]): the shapes do not broadcast", () => graph.Add(x, vector));
        Refuses("Mul(x: float32 [tasks, support, 4], y: float32 [tasks, rows, 4]): the shapes do not broadcast", () => graph.Mul(x, y));
        Refuses("Relu(i: int64 [tasks, 2]): takes float32", () => graph.Relu(indices));
        Refuses("MatMul(x: float32 [tasks, support, 4], y: float32 [tasks, rows, 4]): inner axes 4 and rows differ", () => graph.MatMul(x, y));
        Refuses("MatMul(x: float32 [tasks, support, 4], v: float32 [3]): needs two axes or more each", () => graph.MatMul(x, vector));
        Refuses("Transpose(v: float32 [3]): needs 2 axes or more", () => graph.Transpose(vector));
        Refuses("ReduceSum(v: float32 [3]): axis 1 is outside [-1, 1)", () => graph.ReduceSum(vector, 1, keepAxis: true));
        Refuses("Concat(x: float32 [tasks, support, 4], y: float32 [tasks, rows, 4]): types and axes before the last must be equal", () => graph.Concat(x, y));
        Refuses("joins along a free axis", () => graph.Concat(graph.Transpose(x)));
        Refuses("needs one part or more", () => graph.Concat());
        Refuses("Slice(v: float32 [3]): [2, 4) is outside the last axis", () => graph.Slice(vector, 2, 4));
        Refuses("Squeeze(v: float32 [3]): the last axis is not of size 1", () => graph.Squeeze(vector));
        Refuses("Unsqueeze(v: float32 [3]): axis 2 is outside [-2, 2)", () => graph.Unsqueeze(vector, 2));
        Refuses("Gather(x: float32 [tasks, support, 4], i: int64 [tasks, 2]): needs a table", () => graph.Gather(x, indices));
        Refuses("compares float32 with float32 or int64 with int64", () => graph.Greater(indices, vector));
        Refuses("Cast(v: float32 [3]): takes bool", () => graph.ToFloat(vector));
        Refuses("Where(v: float32 [3]): takes bool", () => graph.Where(vector, x, x));
        Refuses("the shapes do not broadcast", () => graph.Where(truth, x, x));
    }

    [Fact]
    public void Weight_OfAnotherCountThanItsShape_IsRefused() =>
        Refuses("'w': shape [2, 3] has 6 elements, 5 were given", () => new GraphBuilder("g").Weight("w", new float[5], 2, 3));

    private static void Refuses(string reason, Func<object> record) =>
        Assert.Contains(reason, Assert.ThrowsAny<ArgumentException>(record).Message, StringComparison.Ordinal);
}
