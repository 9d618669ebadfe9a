using LiMaml.Export.Graphs;
using LiMaml.Export.Graphs.Operators;
using LiMaml.Export.Tests.Models;
using LiMaml.Export.Tests.Reference;
using LiMaml.Export.Tests.Running;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Export.Tests.Graphs;

public sealed class OnnxModelTests
{
    [Fact]
    public void ToBytes_OfEqualGraphs_AreEqual()
    {
        var (first, second) = (new SampleModel(SampleModel.DefaultSpec), new SampleModel(SampleModel.DefaultSpec));
        Assert.All(first.Graphs, graph => Assert.Equal(first.Graph(graph.Name).ToBytes(), second.Graph(graph.Name).ToBytes()));
    }

    [Fact]
    public void ToFiles_OfLargeConstants_PutsThemBesideTheModel()
    {
        using var folder = new TemporaryFolder();
        var graph = new GraphBuilder("large");
        var (small, large, larger) = (Ramp(16), Ramp(400), Ramp(2000));
        var x = graph.Input("x", OnnxElement.Float32, "rows", 4);
        var y = graph.MatMul(graph.MatMul(graph.MatMul(x, graph.Weight("small", small, 4, 4)), graph.Weight("large", large, 4, 100)), graph.Weight("larger", larger, 100, 20));
        graph.Output("y", y);
        var model = graph.Build(new Dictionary<string, string>());

        var files = model.ToFiles("model.onnx", 1000);
        foreach (var (name, write) in files)
        {
            using var file = File.Create(Path.Combine(folder.Path, name));
            write(file);
        }

        Assert.Equal(["model.onnx", "model.onnx.data"], files.Select(file => file.Name));
        Assert.Equal(4096 + (larger.Length * sizeof(float)), new FileInfo(Path.Combine(folder.Path, "model.onnx.data")).Length);
        Assert.InRange(new FileInfo(Path.Combine(folder.Path, "model.onnx")).Length, 1, 1500);
        var inputs = new Dictionary<string, NdArray> { ["x"] = new([1, 2, 3, 4, 5, 6, 7, 8], 2, 4) };
        using var session = new InferenceSession(Path.Combine(folder.Path, "model.onnx"));
        GraphRun.AssertClose(GraphRun.Run(model.ToBytes(), inputs)["y"], GraphRun.Run(session, inputs)["y"], 0);
    }

    [Fact]
    public void ToFiles_OfSmallConstants_IsOneFile() =>
        Assert.Equal(["model.onnx"], new SampleModel(SampleModel.DefaultSpec).Graph("adapt").ToFiles("model.onnx", 1 << 20).Select(file => file.Name));

    [Fact]
    public void ToFiles_OfManySmallConstants_IsOneFileWhateverTheLimit()
    {
        var graph = new GraphBuilder("small");
        graph.Output("y", graph.MatMul(graph.Input("x", OnnxElement.Float32, "rows", 4), graph.Weight("w", Ramp(16), 4, 4)));

        Assert.Equal(["model.onnx"], graph.Build().ToFiles("model.onnx", 0).Select(file => file.Name));
    }

    private static float[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(index => (index % 7) - 3f)];
}
