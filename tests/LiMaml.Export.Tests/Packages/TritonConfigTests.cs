using LiMaml.Export.Packages;
using LiMaml.Export.Tests.Models;

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

    private static string Text(string graph) => TritonConfig.Write(new SampleModel(SampleModel.DefaultSpec).Described(graph), "0123");
}
