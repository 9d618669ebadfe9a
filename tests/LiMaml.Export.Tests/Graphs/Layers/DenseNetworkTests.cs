using LiMaml.Export.Graphs;
using LiMaml.Export.Graphs.Layers;
using LiMaml.Export.Graphs.Operators;
using LiMaml.Export.Tests.Reference;
using LiMaml.Export.Tests.Running;
using LiMaml.Models.Specs;

namespace LiMaml.Export.Tests.Graphs.Layers;

public sealed class DenseNetworkTests
{
    private static readonly NdArray X = new([0.5, -1, 2, 1, 0.25, -0.75], 3, 2);
    private static readonly NdArray Labels = new([1, 0, 1], 3, 1);

    [Fact]
    public void Backward_OfTheSquaredError_IsTheSlopeOfTheLoss()
    {
        float[][] weights = [[0.3f, -0.2f, 0.8f, 0.1f, 0.5f, -0.6f], [0.1f, 0.2f, -0.3f], [0.7f, -0.4f, 0.9f], [0.05f]];
        var outputs = Run(weights);
        string[] names = ["network.layers.0.weight", "network.layers.0.bias", "network.layers.1.weight", "network.layers.1.bias"];

        for (var tensor = 0; tensor < weights.Length; tensor++)
        {
            var gradient = outputs[$"gradient/{names[tensor]}"];
            Assert.Equal(weights[tensor].Length, gradient.Values.Length);
            for (var element = 0; element < weights[tensor].Length; element++)
            {
                var slope = (Loss(weights, tensor, element, 1e-2f) - Loss(weights, tensor, element, -1e-2f)) / 2e-2;
                Assert.Equal(slope, gradient.Values[element], 2e-3);
            }
        }

        Assert.Equal([3, 2], outputs["gradient/x"].Shape);
    }

    [Fact]
    public void Backward_OfSeveralTasks_GivesAGradientForEach()
    {
        var graph = new GraphBuilder("tasks");
        var pass = new DenseNetwork(graph, "n", new DenseLayer([1, 2, 3, 4, 5, 6], [1, 2, 3])).Forward(graph.Input("x", OnnxElement.Float32, "tasks", "support", 2));
        var gradients = pass.Backward(pass.Output);

        Assert.Equal(["[tasks, 2, 3]", "[tasks, 3]"], gradients.Weights.Select(weight => weight.Gradient.Shape.ToString()));
        Assert.Equal("[tasks, support, 2]", gradients.Input.Shape.ToString());
    }

    [Fact]
    public void FromTorch_AWeightOfOutputsByInputs_IsTransposed()
    {
        var layer = DenseLayer.FromTorch([1, 2, 3, 4, 5, 6], [0, 0, 0], Activation.Identity);

        Assert.Equal([1, 3, 5, 2, 4, 6], layer.Weight);
        Assert.Equal((2, 3), (layer.InputCount, layer.OutputCount));
        Assert.Contains("5 weights for 3 outputs", Assert.Throws<ArgumentException>(() => DenseLayer.FromTorch(new float[5], new float[3])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_LayersThatDoNotFit_AreRefused()
    {
        static string Refusal(params DenseLayer[] layers) => Assert.Throws<ArgumentException>(() => new DenseNetwork(new GraphBuilder("g"), "n", layers)).Message;

        Assert.Contains("'n' has no layers", Refusal(), StringComparison.Ordinal);
        Assert.Contains("layer 1 of network 'n' has 2 inputs, expected the 3 outputs", Refusal(new(new float[6], new float[3]), new(new float[4], new float[2])), StringComparison.Ordinal);
        Assert.Contains("shape [2, 3] has 6 elements, 7 were given", Refusal(new DenseLayer(new float[7], new float[3])), StringComparison.Ordinal);
    }

    private static double Loss(float[][] weights, int tensor, int element, float change)
    {
        float[][] changed = [.. weights.Select(values => (float[])values.Clone())];
        changed[tensor][element] += change;
        return Run(changed)["loss"].Values[0];
    }

    private static Dictionary<string, NdArray> Run(float[][] weights)
    {
        var graph = new GraphBuilder("step");
        var x = graph.Input("x", OnnxElement.Float32, "rows", 2);
        var label = graph.Input("label", OnnxElement.Float32, "rows", 1);
        var network = new DenseNetwork(graph, "network", new(weights[0], weights[1], Activation.Tanh), new(weights[2], weights[3], Activation.Identity));
        var pass = network.Forward(x);
        var error = graph.Sub(pass.Output, label);
        graph.Output("loss", graph.ReduceSum(graph.Mul(error, error), 0, keepAxis: false));
        var gradients = pass.Backward(graph.Add(error, error));
        graph.Output("gradient/x", gradients.Input);
        foreach (var weight in gradients.Weights)
        {
            graph.Output($"gradient/{weight.Name}", weight.Gradient);
        }

        return GraphRun.Run(graph.Build().ToBytes(), new Dictionary<string, NdArray> { ["x"] = X, ["label"] = Labels });
    }
}
