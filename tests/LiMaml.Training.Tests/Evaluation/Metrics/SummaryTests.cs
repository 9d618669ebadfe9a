using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

public sealed class SummaryTests
{
    [Fact]
    public void Of_SeveralSeeds_DividesByOneLess()
    {
        var summary = Summary.Of([2, 4, 4, 4, 5, 5, 7, 9]);

        Assert.Equal((8, 5.0), (summary.Count, summary.Mean));
        Assert.Equal(Math.Sqrt(32.0 / 7), summary.StandardDeviation!.Value, 1e-12);
        Assert.Equal("5.0000 ± 2.1381", summary.ToString());
    }

    [Fact]
    public void Of_OneSeed_HasNoDeviation()
    {
        Assert.Equal(new Summary(1, 0.8, null), Summary.Of([0.8]));
        Assert.Equal("0.8000", Summary.Of([0.8]).ToString());
    }

    [Theory]
    [InlineData(new double[0])]
    [InlineData(new[] { 1, double.NaN })]
    [InlineData(new[] { double.PositiveInfinity })]
    public void Of_NothingOrNotFinite_Throws(double[] values) => Assert.Throws<ArgumentException>(() => Summary.Of(values));
}
