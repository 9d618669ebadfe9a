using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

public sealed class BinaryMetricsTests
{
    // Task 1 has 24 samples, all ordered rightly; task 2 has 25, all ordered wrongly.
    private static readonly ScoredSamples Samples = new(
        [.. Enumerable.Repeat(1, 24), .. Enumerable.Repeat(2, 25)],
        [.. Enumerable.Range(0, 24).Select(i => (float)i), .. Enumerable.Range(0, 25).Select(i => -(float)i)],
        [.. Enumerable.Range(0, 24).Select(i => i < 12 ? 0f : 1f), .. Enumerable.Range(0, 25).Select(i => i < 12 ? 0f : 1f)]);

    [Theory]
    [InlineData(TaskSlice.All, 49, 2, 0.5)]
    [InlineData(TaskSlice.FewSamples, 24, 1, 1.0)]
    [InlineData(TaskSlice.ManySamples, 25, 1, 0.0)]
    public void Compute_TasksOnBothSidesOfTheBoundary_PutsTwentyFiveIntoTheUpperSlice(TaskSlice slice, int sampleCount, int taskCount, double taskAuc)
    {
        var metrics = BinaryMetrics.Compute(Samples, slice);

        Assert.Equal((sampleCount, taskCount), (metrics.SampleCount, metrics.TaskCount));
        Assert.Equal(new TaskAuc(taskAuc, taskCount, 0), metrics.TaskAuc);
    }

    [Fact]
    public void Compute_AllTasks_EqualsEachMetricOnItsOwn()
    {
        var metrics = BinaryMetrics.Compute(Samples);

        Assert.Equal(Auc.Compute(Samples.Scores, Samples.Labels), metrics.Auc);
        Assert.Equal(LogLoss.Compute(Samples.Scores, Samples.Labels), metrics.LogLoss);
        Assert.Equal(Calibration.Compute(Samples.Scores, Samples.Labels).ExpectedError, metrics.Calibration.ExpectedError);
    }

    [Fact]
    public void Compute_Grades_RanksThoseOfAtLeastAHalfAndCalibratesAll()
    {
        float[] scores = [-1, 0, 1, 2];
        float[] grades = [0.2f, 0.5f, 0.3f, 1];

        var metrics = BinaryMetrics.Compute(new ScoredSamples([1, 1, 1, 1], scores, grades));

        Assert.Equal(0.75, metrics.Auc);
        Assert.Equal(0.75, metrics.TaskAuc.Mean);
        var expected = scores.Zip(grades, (z, grade) => Math.Log(1 + Math.Exp(z)) - (grade * z)).Average();
        Assert.Equal(expected, metrics.LogLoss!.Value, 1e-7);
        Assert.Equal(2.0 / scores.Sum(z => 1 / (1 + Math.Exp(-z))), metrics.Calibration.Ratio!.Value, 1e-6);
    }

    [Fact]
    public void Compute_WeightedSlice_TakesTheWeightsAlong()
    {
        float[] weights = [.. Enumerable.Repeat(2f, 24), .. Enumerable.Repeat(0f, 25)];
        var weighted = new ScoredSamples(Samples.Tasks, Samples.Scores, Samples.Labels, weights);

        Assert.Equal(1.0, BinaryMetrics.Compute(weighted).Auc);
        Assert.Null(BinaryMetrics.Compute(weighted, TaskSlice.ManySamples).Auc);
        Assert.Equal(48, BinaryMetrics.Compute(weighted, TaskSlice.FewSamples).Calibration.Bins.Sum(bin => bin.Weight), 1e-9);
    }

    [Fact]
    public void Compute_EmptySlice_HasNoFigures()
    {
        var metrics = BinaryMetrics.Compute(new ScoredSamples([1], [0.5f], [1]), TaskSlice.ManySamples);

        Assert.Equal((0, 0, null, null), (metrics.SampleCount, metrics.TaskCount, metrics.Auc, metrics.LogLoss));
    }
}
