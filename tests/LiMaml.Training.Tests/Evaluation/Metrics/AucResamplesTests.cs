using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

public sealed class AucResamplesTests
{
    [Fact]
    public void Compute_ATask_CountsWithAllOfItsRowsOrNot()
    {
        // Two tasks of AUC 1 and 0 by themselves; together ¾ (ties half). A resample holds one of them twice, or each once.
        var samples = new ScoredSamples([5, 5, 9, 9], [2, 0, 0, 1], [1, 0, 1, 0]);
        var both = Auc.Compute(samples.Scores, samples.Labels)!.Value;

        var aucs = AucResamples.Compute(samples, 500);

        Assert.Equal([0.0, both, 1.0], aucs.Distinct().Order());
        Assert.InRange(aucs.Count(auc => auc == both), 200, 300);
        Assert.InRange(aucs.Count(auc => auc == 1), 90, 160);
    }

    [Fact]
    public void Compute_ManyTasksWithTiesAndWeights_AveragesToTheAreaAndSpreadsLikeAnExplicitBootstrap()
    {
        var random = new Random(4);
        var rows = Enumerable.Range(0, 600).Select(_ => (Task: random.Next(60), Score: random.Next(12) / 4f, Weight: random.Next(1, 3))).ToArray();
        var labels = Array.ConvertAll(rows, row => random.NextDouble() < 0.2 + (row.Score / 5) + (row.Task % 3 * 0.1) ? 1f : 0f);
        var samples = new ScoredSamples([.. rows.Select(row => row.Task)], [.. rows.Select(row => row.Score)], labels, [.. rows.Select(row => (float)row.Weight)]);

        var aucs = AucResamples.Compute(samples, 1000);
        var byTask = Enumerable.Range(0, samples.RowCount).GroupBy(row => samples.Tasks[row]).Select(group => group.ToArray()).ToArray();
        var naive = Enumerable.Range(0, 1000).Select(_ => Naive(samples, byTask, random)).ToArray();

        Assert.Equal(Auc.Compute(samples.Scores, samples.Labels, samples.Weights)!.Value, aucs.Average(), 0.003);
        Assert.Equal(naive.Average(), aucs.Average(), 0.003);
        Assert.Equal(1, Deviation(aucs) / Deviation(naive), 0.15);
    }

    [Fact]
    public void Compute_OtherScoresOfTheSameRows_DrawTheSameTasks()
    {
        // Task 0 decides the one score, task 1 the other: where one resample has no task 0, both know.
        int[] tasks = [0, 0, 1, 1];
        float[] labels = [1, 0, 1, 0];
        var first = AucResamples.Compute(new ScoredSamples(tasks, [3, 0, 1, 1], labels), 64);
        var second = AucResamples.Compute(new ScoredSamples(tasks, [1, 1, 3, 0], labels), 64);

        Assert.All(first.Zip(second), pair => Assert.Equal(pair.First == 1, pair.Second == 0.5));
    }

    [Fact]
    public void Compute_OneClassOnly_IsNotANumber() => Assert.All(AucResamples.Compute(new ScoredSamples([0], [1], [1]), 3), auc => Assert.True(double.IsNaN(auc)));

    private static double Naive(ScoredSamples samples, int[][] byTask, Random random)
    {
        var rows = byTask.SelectMany(_ => byTask[random.Next(byTask.Length)]).ToArray();
        return Auc.Compute(Array.ConvertAll(rows, row => samples.Scores[row]), Array.ConvertAll(rows, row => samples.Labels[row]), Array.ConvertAll(rows, row => samples.Weights![row]))!.Value;
    }

    private static double Deviation(double[] values) => Summary.Of(values).StandardDeviation!.Value;
}
