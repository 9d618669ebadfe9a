using LiMaml.Training.Runs;
using LiMaml.Training.Tuning;

namespace LiMaml.Training.Tests.Tuning;

public sealed class TuningScheduleTests
{
    [Theory]
    [InlineData(27, 12, 3, "2:27 4:9 12:3")]
    [InlineData(9, 12, 1, "2:9 4:3 12:1")]
    [InlineData(20, 1, 3, "1:20")] // one epoch cannot be divided
    [InlineData(3, 12, 3, "12:3")]
    [InlineData(5, 9, 2, "3:5 9:2")]
    public void Rungs_OfTrialsAndEpochs_AreThese(int trials, int epochs, int finalists, string expected) =>
        Assert.Equal(expected, string.Join(' ', TuningSchedule.Rungs(trials, epochs, finalists).Select(rung => $"{rung.Epochs}:{rung.Trials}")));

    [Theory]
    [InlineData(0.59, 1, true)]
    [InlineData(0.65, 1, false)] // the median itself
    [InlineData(0.69, 2, false)] // only three others came so far
    public void Stops_BelowTheMedianOfOthers(double best, int epoch, bool expected)
    {
        IReadOnlyList<EpochMetrics>[] others = [Curve(0.5, 0.9), Curve(0.6, 0.5), Curve(0.7, 0.8), Curve(0.8)];

        Assert.Equal(expected, MedianRule.Stops(best, epoch, others));
    }

    [Fact]
    public void Stops_ComparesTheBestSoFar() =>
        Assert.True(MedianRule.Stops(0.79, 2, Enumerable.Repeat(Curve(0.8, 0.1), MedianRule.Least)));

    private static IReadOnlyList<EpochMetrics> Curve(params double[] scores) => [.. scores.Select((score, index) => new EpochMetrics(index + 1, index, 0, score, 0, 0, 0))];
}
