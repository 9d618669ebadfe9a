using LiMaml.Export.Packages;
using LiMaml.Export.Tests.Models;
using LiMaml.Models;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;

namespace LiMaml.Export.Tests.Packages;

public sealed class TritonConfigTests
{
    [Fact]
    public void Write_Global_OmitsTheBatchAxis() => Assert.Equal(
        """
        name: "global"
        backend: "onnxruntime"
        max_batch_size: 65536
        input [ { name: "meta_embedding" data_type: TYPE_FP32 dims: [ 4 ] } ]
        input [ { name: "dense" data_type: TYPE_FP32 dims: [ 3 ] } ]
        input [ { name: "categorical" data_type: TYPE_INT64 dims: [ 2 ] } ]
        input [ { name: "genres" data_type: TYPE_INT64 dims: [ 4 ] } ]
        input [ { name: "taste" data_type: TYPE_FP32 dims: [ 5 ] } ]
        output [ { name: "logit" data_type: TYPE_FP32 dims: [ 1 ] } ]
        output [ { name: "probability" data_type: TYPE_FP32 dims: [ 1 ] } ]
        dynamic_batching { }
        version_policy { specific { versions: [ 1 ] } }
        parameters { key: "limaml.bundle_id" value { string_value: "0123" } }

        """.ReplaceLineEndings("\n"),
        Text("global"));

    [Fact]
    public void Write_Adapt_StatesBothFreeAxes()
    {
        var text = Text("adapt");

        Assert.Contains("max_batch_size: 0\n", text, StringComparison.Ordinal);
        Assert.Contains("input [ { name: \"support_meta_dense\" data_type: TYPE_FP32 dims: [ -1, -1, 3 ] } ]\n", text, StringComparison.Ordinal);
        Assert.Contains("input [ { name: \"support_weight\" data_type: TYPE_FP32 dims: [ -1, -1 ] } ]\n", text, StringComparison.Ordinal);
        Assert.Contains("output [ { name: \"loss_after\" data_type: TYPE_FP32 dims: [ -1 ] } ]\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("dynamic_batching", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_EveryGraphOfSeveralDefinitions_IsAModelConfigOfTheProtocol()
    {
        var block = SampleModel.DefaultSpec.MetaBlocks[0];
        var model = new SampleModel(SampleModel.DefaultSpec with { MetaBlocks = [block, block with { Task = "item", Features = ["genres", "raw"] }] });
        foreach (var graph in model.Graphs)
        {
            var (config, fault) = await TritonText.ParseAsync(TritonConfig.Write(graph, "0123", new TritonBatching { PreferredSizes = [64, 256], QueueDelay = TimeSpan.FromMicroseconds(200) }));

            Assert.True(config is not null, fault);
            var batched = graph.Kind is not GraphKind.Adapt;
            Assert.Equal((graph.Name, "onnxruntime", batched ? 65536 : 0), (config.Name, config.Backend, config.MaxBatchSize));
            Assert.Equal(graph.Inputs.Select(input => Tensor(input.Name, input.Kind, input.Axes, batched)), config.Input.Select(input => $"{input.Name} {input.DataType} [{string.Join(",", input.Dims)}]"));
            Assert.Equal(graph.Outputs.Select(output => Tensor(output.Name, output.Kind, output.Axes, batched)), config.Output.Select(output => $"{output.Name} {output.DataType} [{string.Join(",", output.Dims)}]"));
            Assert.Equal([1L], config.VersionPolicy.Specific.Versions);
            Assert.Equal("0123", config.Parameters["limaml.bundle_id"].StringValue);
            Assert.Equal(batched ? "64 256 after 200" : "none", config.DynamicBatching is { } merging ? $"{string.Join(' ', merging.PreferredBatchSize)} after {merging.MaxQueueDelayMicroseconds}" : "none");
        }
    }

    [Fact]
    public async Task Parse_FieldThatTheProtocolHasNot_IsRefused() =>
        Assert.Contains("batch_size", (await TritonText.ParseAsync("name: \"global\" batch_size: 3")).Fault, StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(65537, 0)]
    [InlineData(1, -1)]
    [InlineData(1, 1_000_001)]
    public void Batching_OutOfRange_IsRefused(int size, int microseconds) =>
        Assert.Contains("batching: ", Assert.Throws<InvalidInputException>(new TritonBatching { PreferredSizes = [size], QueueDelay = TimeSpan.FromMicroseconds(microseconds) }.Validate).Message, StringComparison.Ordinal);

    [Fact]
    public void Batching_SizesThatDoNotAscend_AreRefused() =>
        Assert.Contains("found 8, 8, expected ascending", Assert.Throws<InvalidInputException>(new TritonBatching { PreferredSizes = [8, 8] }.Validate).Message, StringComparison.Ordinal);

    private static string Tensor(string name, ElementKind kind, IReadOnlyList<string> axes, bool batched) =>
        $"{name} {(kind is ElementKind.Int64 ? "TypeInt64" : "TypeFp32")} [{string.Join(",", axes.Skip(batched ? 1 : 0).Select(axis => char.IsAsciiDigit(axis[0]) ? axis : "-1"))}]";

    private static string Text(string graph) => TritonConfig.Write(new SampleModel(SampleModel.DefaultSpec).Described(graph), "0123", new TritonBatching());
}
