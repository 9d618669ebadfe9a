using LiMaml.Training.Evaluation;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Evaluation;

public sealed class EmbeddingPoolingTests
{
    // One task of three samples and a padded one, embeddings of two numbers; the latest is the third.
    private static readonly float[,,] Samples = { { { 1, 0 }, { 0, 2 }, { 3, 4 }, { 99, -99 } } };
    private static readonly bool[,,] IsSample = { { { true }, { true }, { true }, { false } } };

    [Theory]
    [InlineData(EmbeddingAggregation.Latest, 3, 4)]
    [InlineData(EmbeddingAggregation.Max, 3, 4)]
    [InlineData(EmbeddingAggregation.Mean, 4 / 3.0, 2)]
    [InlineData(EmbeddingAggregation.Cosine, (.6 + 3) / (.6 + .8 + 1), ((.8 * 2) + 4) / (.6 + .8 + 1))] // cosines .6, .8, 1
    public void Pool_ByHand_Agrees(EmbeddingAggregation aggregation, double first, double second)
    {
        using var scope = NewDisposeScope();

        var pooled = EmbeddingPooling.Pool(tensor(Samples), tensor(IsSample), tensor(new float[,] { { 3, 4 } }), aggregation);

        Assert.Equal([1, 2], pooled.shape);
        Assert.Equal(first, pooled[0, 0].item<float>(), 1e-6);
        Assert.Equal(second, pooled[0, 1].item<float>(), 1e-6);
    }

    [Theory]
    [InlineData(EmbeddingAggregation.Max)]
    [InlineData(EmbeddingAggregation.Mean)]
    [InlineData(EmbeddingAggregation.Cosine)]
    public void Pool_EqualSamples_IsThatOfTheLatest(EmbeddingAggregation aggregation)
    {
        using var scope = NewDisposeScope();
        var latest = tensor(new float[,] { { -1.5f, 0.5f } });

        var pooled = EmbeddingPooling.Pool(latest.unsqueeze(1).expand(-1, 4, -1), tensor(IsSample), latest, aggregation);

        Assert.True(pooled.allclose(latest));
    }
}
