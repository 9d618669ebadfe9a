using Google.Protobuf;
using LiMaml.Export.Graphs;
using LiMaml.Export.Graphs.Operators;
using LiMaml.Export.Onnx;
using LiMaml.Export.Tests.Models;
using LiMaml.Models;
using Kind = LiMaml.Export.Onnx.AttributeProto.Types.AttributeType;

namespace LiMaml.Export.Tests.Graphs;

public sealed class GraphTextTests
{
    [Fact]
    public void OfFile_AModelOfAnotherOrigin_ShowsWhatItStatesAndNoMore()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.onnx", "");
        File.WriteAllBytes(path, Foreign().ToByteArray());

        Assert.Equal(
            """
            graph for\uFFFDeign (opset 17, com.example 2, IR 9)
              metadata author: someone
              input x: float16 [batch, ?, 3]
              input words: sequence of string [?]
              input counts: map of int64 to optional bfloat16 []
              input unknown: ?
              constant table: uint8 [7, 2] in weights.bin
              constant few: sparse float64 [1000]
              y, - = com.example.Split(x, -, alpha=0.5, mode="soft", axes=[0, 1], words=["a", "b"], value=tensor type 99 [2], long=[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, … 40 in all], odd=?): float32 [?], ?
              z = If(y, then_branch=graph yes, else_branch=graph no): ?
                then_branch: graph yes
                  constant one: float32 []
                  a = Identity(one): float32 []
                  output a
                else_branch: graph no
                  output b
              output y
            function com.example.Split(v, alpha) -> w
              w = Mul(v, alpha=@alpha): ?

            """.ReplaceLineEndings("\n").Replace("\\uFFFD", "\uFFFD", StringComparison.Ordinal),
            GraphText.OfFile(path));
    }

    [Fact]
    public void Of_AModelWithLargeConstants_NeedsNoneOfTheirElements()
    {
        var graph = new GraphBuilder("large");
        var x = graph.Input("x", OnnxElement.Float32, "rows", 1000);
        graph.Output("y", graph.MatMul(x, graph.Weight("w", new float[1_000_000], 1000, 1000)));

        Assert.Contains("constant w: float32 [1000, 1000]\n", graph.Build().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void OfFile_EveryLengthOfATruncatedModel_IsRefusedOrShown()
    {
        using var folder = new TemporaryFolder();
        var bytes = new SampleModel(SampleModel.DefaultSpec).Graph("meta").ToBytes();
        var path = folder.File("model.onnx", "");
        var refused = 0;
        for (var length = 0; length < bytes.Length; length += 37)
        {
            File.WriteAllBytes(path, bytes[..length]);
            refused += Refusal(path) is null ? 0 : 1;
        }

        Assert.Equal((bytes.Length + 36) / 37, refused);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a model at all")]
    [InlineData("{ \"formatVersion\": 1 }")]
    public void OfFile_SomethingElse_IsRefused(string contents)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("an ONNX model", Refusal(folder.File("model.onnx", contents)), StringComparison.Ordinal);
    }

    [Fact]
    public void OfFile_NoFile_IsRefused() => Assert.Contains("found no file, expected an ONNX model", Refusal("/nowhere/model.onnx"), StringComparison.Ordinal);

    [Fact]
    public void OfFile_GraphsNestedWithoutEnd_AreRefused()
    {
        var graph = new GraphProto { Name = "innermost" };
        for (var depth = 0; depth < 200; depth++)
        {
            graph = new GraphProto { Node = { new NodeProto { OpType = "If", Attribute = { new AttributeProto { Type = Kind.Graph, G = graph } } } } };
        }

        using var folder = new TemporaryFolder();
        var path = folder.File("model.onnx", "");
        File.WriteAllBytes(path, new ModelProto { IrVersion = 7, Graph = graph }.ToByteArray());
        Assert.Contains("not an ONNX model", Refusal(path), StringComparison.Ordinal);
    }

    private static string? Refusal(string path) => (Record.Exception(() => GraphText.OfFile(path)) as InvalidInputException)?.Message;

    private static ModelProto Foreign() => new()
    {
        IrVersion = 9,
        OpsetImport = { new OperatorSetIdProto { Version = 17 }, new OperatorSetIdProto { Domain = "com.example", Version = 2 } },
        MetadataProps = { new StringStringEntryProto { Key = "author", Value = "someone" } },
        Functions =
        {
            new FunctionProto
            {
                Domain = "com.example",
                Name = "Split",
                Input = { "v" },
                Attribute = { "alpha" },
                Output = { "w" },
                Node = { new NodeProto { OpType = "Mul", Input = { "v" }, Output = { "w" }, Attribute = { new AttributeProto { Name = "alpha", RefAttrName = "alpha" } } } },
            },
        },
        Graph = new GraphProto
        {
            Name = "for\u001beign",
            Input =
            {
                Value("x", new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 10, Shape = Shape("batch", null, 3L) } }),
                Value("words", new TypeProto { SequenceType = new TypeProto.Types.Sequence { ElemType = Tensor(8) } }),
                Value("counts", new TypeProto { MapType = new TypeProto.Types.Map { KeyType = 7, ValueType = new TypeProto { OptionalType = new TypeProto.Types.Optional { ElemType = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 16, Shape = new TensorShapeProto() } } } } } }),
                new ValueInfoProto { Name = "unknown" },
            },
            Initializer =
            {
                new TensorProto { Name = "table", DataType = 2, Dims = { 7, 2 }, DataLocation = TensorProto.Types.DataLocation.External, ExternalData = { new StringStringEntryProto { Key = "location", Value = "weights.bin" } } },
            },
            SparseInitializer = { new SparseTensorProto { Dims = { 1000 }, Values = new TensorProto { Name = "few", DataType = 11 } } },
            Node =
            {
                new NodeProto
                {
                    Domain = "com.example",
                    OpType = "Split",
                    Input = { "x", "" },
                    Output = { "y", "" },
                    Attribute =
                    {
                        new AttributeProto { Name = "alpha", Type = Kind.Float, F = 0.5f },
                        new AttributeProto { Name = "mode", Type = Kind.String, S = ByteString.CopyFromUtf8("soft") },
                        new AttributeProto { Name = "axes", Type = Kind.Ints, Ints = { 0, 1 } },
                        new AttributeProto { Name = "words", Type = Kind.Strings, Strings = { ByteString.CopyFromUtf8("a"), ByteString.CopyFromUtf8("b") } },
                        new AttributeProto { Name = "value", Type = Kind.Tensor, T = new TensorProto { DataType = 99, Dims = { 2 } } },
                        new AttributeProto { Name = "long", Type = Kind.Ints, Ints = { Enumerable.Range(0, 40).Select(index => (long)index) } },
                        new AttributeProto { Name = "odd" },
                    },
                },
                new NodeProto
                {
                    OpType = "If",
                    Input = { "y" },
                    Output = { "z" },
                    Attribute = { Branch("then_branch", Yes()), Branch("else_branch", new GraphProto { Name = "no", Output = { new ValueInfoProto { Name = "b" } } }) },
                },
            },
            ValueInfo = { Value("y", Tensor(1)), Value("y", Tensor(1)) },
            Output = { Value("y", Tensor(1)) },
        },
    };

    private static GraphProto Yes() => new()
    {
        Name = "yes",
        Initializer = { new TensorProto { Name = "one", DataType = 1 } },
        Node = { new NodeProto { OpType = "Identity", Input = { "one" }, Output = { "a" } } },
        Output = { Value("a", new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = new TensorShapeProto() } }) },
    };

    private static AttributeProto Branch(string name, GraphProto graph) => new() { Name = name, Type = Kind.Graph, G = graph };

    private static ValueInfoProto Value(string name, TypeProto type) => new() { Name = name, Type = type };

    private static TypeProto Tensor(int element) => new() { TensorType = new TypeProto.Types.Tensor { ElemType = element } };

    private static TensorShapeProto Shape(params object?[] axes) => new()
    {
        Dim =
        {
            axes.Select(axis => axis switch
            {
                string name => new TensorShapeProto.Types.Dimension { DimParam = name },
                long size => new TensorShapeProto.Types.Dimension { DimValue = size },
                _ => new TensorShapeProto.Types.Dimension(),
            }),
        },
    };
}
