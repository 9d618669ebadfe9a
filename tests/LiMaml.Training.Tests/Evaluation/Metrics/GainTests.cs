using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

public sealed class GainTests
{
    [Fact]
    public void Relative_OfBaseline_IsTheDifferenceInBaselines()
    {
        Assert.Equal(0.05, Gain.Relative(0.84, 0.8)!.Value, 1e-12);
        Assert.Equal(-0.5, Gain.Relative(0.4, 0.8)!.Value, 1e-12);
    }

    [Theory]
    [InlineData(null, 0.8)]
    [InlineData(0.8, null)]
    [InlineData(0.8, 0.0)]
    public void Relative_WithoutBaselineOrValue_IsNull(double? value, double? baseline) => Assert.Null(Gain.Relative(value, baseline));
}
