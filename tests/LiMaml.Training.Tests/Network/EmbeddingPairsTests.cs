using LiMaml.Models.Network.Entries;
using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Network;

public sealed class EmbeddingPairsTests
{
    private static readonly string[] Tasks = ["member", "item", "shop"];
    private readonly EmbeddingPairs<Tensor> pairs = new(Tasks, 3, new TorchAlgebra(CPU, ScalarType.Float64));

    [Fact]
    public void Forward_OfTwoNumbersAndABias_IsTheSumOfProductsAndBiases()
    {
        var embeddings = new Dictionary<string, Tensor>
        {
            ["member"] = tensor(new double[] { 1, 2, 0.5 }, [1, 3]),
            ["item"] = tensor(new double[] { 3, -1, 0.25 }, [1, 3]),
            ["shop"] = tensor(new double[] { 2, 2, -1 }, [1, 3]),
        };

        // (3 − 2) + (2 + 4) + (6 − 2) + (0.5 + 0.25 − 1)
        Assert.Equal(10.75, pairs.Forward(embeddings).item<double>(), 1e-12);
    }

    [Theory]
    [InlineData("member")]
    [InlineData("item")]
    [InlineData("shop")]
    public void Backward_ToEachTask_IsTheGradient(string task)
    {
        var random = new Random(1);
        var embeddings = Tasks.ToDictionary(name => name, _ => SampleEpisodes.Numbers(random, [4, 5, 3]).requires_grad_());
        var delta = SampleEpisodes.Numbers(random, [4, 5, 1]);

        pairs.Forward(embeddings).mul(delta).sum().backward();

        Assert.Equal(embeddings[task].grad!.data<double>().ToArray(), pairs.Backward(embeddings, task, delta).detach().data<double>().ToArray(), (expected, found) => Math.Abs(expected - found) < 1e-12);
    }
}
