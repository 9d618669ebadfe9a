using System.Text.RegularExpressions;
using LiMaml.Export.Graphs;
using LiMaml.Export.Graphs.Layers;
using LiMaml.Export.Graphs.Operators;
using LiMaml.Export.Tests.Reference;
using LiMaml.Export.Tests.Running;
using LiMaml.Models.Specs;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Export.Tests;

/// <summary>The example in export/README.md is the code below, and does what it says.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Example_IsTheCodeBelow()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests/LiMaml.Export.Tests/ReadmeTests.cs")).ReplaceLineEndings("\n");
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "export/README.md")).ReplaceLineEndings("\n");
        var code = string.Join('\n', Between().Match(source).Groups["code"].Value.Split('\n').Select(line => line.Length > 8 ? line[8..] : line)).Trim();

        Assert.Contains($"```csharp\n{code}\n```", readme, StringComparison.Ordinal);
    }

    [Fact]
    public void Example_Run_GivesProbabilitiesLossAndTheNextWeights()
    {
        using var folder = new TemporaryFolder();
        WriteExample(folder.Path);
        var inputs = new Dictionary<string, NdArray>
        {
            ["x"] = new([1, 2, -1, 1, 0.5, -2, -1, -1], 4, 2),
            ["label"] = new([1, 1, 0, 0], 4, 1),
            ["rate"] = new([0.1], 1),
        };
        using var scoring = new InferenceSession(Path.Combine(folder.Path, "score.onnx"));
        using var step = new InferenceSession(Path.Combine(folder.Path, "step.onnx"));

        var probabilities = GraphRun.Run(scoring, inputs)["probability"];
        var next = GraphRun.Run(step, inputs);

        Assert.Equal([4, 1], probabilities.Shape);
        Assert.Equal(["loss", "next.network.layers.0.weight", "next.network.layers.0.bias", "next.network.layers.1.weight", "next.network.layers.1.bias"], step.OutputNames);
        var expected = -Math.Log(probabilities.Values[0]) - Math.Log(probabilities.Values[1]) - Math.Log(1 - probabilities.Values[2]) - Math.Log(1 - probabilities.Values[3]);
        Assert.Equal(expected, next["loss"].Values[0], 1e-5);
        var slope = probabilities.Values.Sum() - 2; // of the loss at the last bias: the probabilities less the labels
        Assert.Equal(0.05 - (0.1 * slope), next["next.network.layers.1.bias"].Values[0], 1e-5);
    }

    private static void WriteExample(string folder)
    {
        // <readme>
        // Weights as TorchSharp has them: linear.weight [outputs, inputs] and linear.bias, both .data<float>().ToArray().
        DenseLayer[] layers =
        [
            DenseLayer.FromTorch([0.5f, -0.3f, 0.2f, 0.8f, -0.6f, 0.1f], [0.1f, 0, -0.1f], Activation.Relu),
            DenseLayer.FromTorch([0.7f, -0.4f, 0.3f], [0.05f], Activation.Identity),
        ];

        // The forward pass: x [rows, 2] -> probability [rows, 1].
        var score = new GraphBuilder("score");
        var logit = new DenseNetwork(score, "network", layers).Forward(score.Input("x", OnnxElement.Float32, "rows", 2)).Output;
        score.Output("probability", score.Sigmoid(logit));
        score.Build().Save(Path.Combine(folder, "score.onnx"));

        // A gradient step of the cross-entropy: x, labels and a step size -> loss and the next weights.
        var step = new GraphBuilder("step");
        var x = step.Input("x", OnnxElement.Float32, "rows", 2);
        var label = step.Input("label", OnnxElement.Float32, "rows", 1);
        var rate = step.Input("rate", OnnxElement.Float32, 1);
        var pass = new DenseNetwork(step, "network", layers).Forward(x);
        var losses = step.Sub(step.Softplus(pass.Output), step.Mul(label, pass.Output));
        step.Output("loss", step.ReduceSum(step.Squeeze(losses), 0, keepAxis: false));
        foreach (var (name, weight, gradient) in pass.Backward(step.Sub(step.Sigmoid(pass.Output), label)).Weights)
        {
            step.Output($"next.{name}", step.Sub(weight, step.Mul(rate, gradient)));
        }

        step.Build().Save(Path.Combine(folder, "step.onnx"));
        // </readme>
    }

    [GeneratedRegex(@"(?s)^ *// <readme>\n(?<code>.*?)^ *// </readme>", RegexOptions.Multiline)]
    private static partial Regex Between();
}
