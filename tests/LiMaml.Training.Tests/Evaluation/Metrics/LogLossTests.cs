using LiMaml.Models;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

public sealed class LogLossTests
{
    [Fact]
    public void Compute_LogitsOfThreeQuartersAndHalf_IsTheMeanOfTheirLogarithms()
    {
        var threeQuarters = MathF.Log(3);

        var loss = LogLoss.Compute([threeQuarters, threeQuarters, 0], [1, 0, 1]);

        Assert.Equal(-(Math.Log(0.75) + Math.Log(0.25) + Math.Log(0.5)) / 3, loss!.Value, 1e-7);
    }

    [Fact]
    public void Compute_Weighted_EqualsRepetition() =>
        Assert.Equal(LogLoss.Compute([1, 1, 1, -2], [0, 0, 0, 1])!.Value, LogLoss.Compute([1, -2], [0, 1], [3, 1])!.Value, 1e-15);

    [Theory]
    [InlineData(1000)]
    [InlineData(float.PositiveInfinity)]
    public void Compute_ConfidentlyWrong_CostsTheClampedLogit(float logit) =>
        Assert.Equal(LogLoss.MaximumLogit, LogLoss.Compute([logit, -logit], [0, 1])!.Value, 1e-6);

    [Fact]
    public void Compute_ConfidentlyRight_CostsNextToNothing() => Assert.InRange(LogLoss.Compute([1000], [1])!.Value, 1e-8, 2e-7);

    [Fact]
    public void Compute_NoWeight_IsNull()
    {
        Assert.Null(LogLoss.Compute([], []));
        Assert.Null(LogLoss.Compute([1], [1], [0]));
    }

    [Fact]
    public void Compute_NotANumber_Throws() => Assert.Throws<InvalidInputException>(() => LogLoss.Compute([float.NaN], [1]));
}
