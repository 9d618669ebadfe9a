using LiMaml.Models;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

public sealed class RealMetricsTests
{
    [Fact]
    public void Compute_ErrorsOfThreeAndFour_GivesBothMeans()
    {
        var metrics = RealMetrics.Compute(new ScoredSamples([1, 2], [4, 1], [1, 5]));

        Assert.Equal(new RealMetrics(2, 2, Math.Sqrt(12.5), 3.5), metrics);
    }

    [Fact]
    public void Compute_Weighted_CountsErrorsByWeight()
    {
        var metrics = RealMetrics.Compute(new ScoredSamples([1, 1], [4, 1], [1, 5], [3, 1]));

        Assert.Equal(new RealMetrics(2, 1, Math.Sqrt((27.0 + 16) / 4), 13.0 / 4), metrics);
    }

    [Fact]
    public void Compute_EmptySlice_HasNoFigures() =>
        Assert.Equal(new RealMetrics(0, 0, null, null), RealMetrics.Compute(new ScoredSamples([1], [1], [2]), TaskSlice.ManySamples));

    [Fact]
    public void Compute_InfinitePrediction_NamesTheRow()
    {
        var fault = Assert.Throws<InvalidInputException>(() => RealMetrics.Compute(new ScoredSamples([1], [float.PositiveInfinity], [2])));
        Assert.Equal("score of row 0: found Infinity, expected a finite number.", fault.Message);
    }
}
