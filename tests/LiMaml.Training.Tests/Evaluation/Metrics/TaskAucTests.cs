using FsCheck;
using FsCheck.Fluent;
using LiMaml.Models;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

public sealed class TaskAucTests
{
    [Fact]
    public void Compute_TasksMixedAndOneOfOneLabel_AveragesTheOthers()
    {
        // Task 7: 0.9 above 0.1, AUC 1. Task 3: tied, AUC 0.5. Task 5: positives only.
        var samples = new ScoredSamples([7, 3, 5, 7, 3], [0.9f, 0.2f, 0.4f, 0.1f, 0.2f], [1, 0, 1, 0, 1]);

        Assert.Equal(new TaskAuc(0.75, 2, 1), TaskAuc.Compute(samples));
    }

    [Fact]
    public void Compute_NoTaskWithBothLabels_IsNull() =>
        Assert.Equal(new TaskAuc(null, 0, 2), TaskAuc.Compute(new ScoredSamples([0, 1], [0.5f, 0.5f], [0, 1])));

    [Fact]
    public void Compute_NoSamples_IsNull() => Assert.Equal(new TaskAuc(null, 0, 0), TaskAuc.Compute(new ScoredSamples([], [], [])));

    [Fact]
    public void Compute_LabelInBetween_Throws() =>
        Assert.Throws<InvalidInputException>(() => TaskAuc.Compute(new ScoredSamples([0], [1], [1.5f])));

    [Fact]
    public void Compute_AnySamples_EqualsTheMeanOverFilteredTasks() =>
        Prop.ForAll(Arbitrary.Rows, rows =>
        {
            var (scores, labels, weights) = Arbitrary.Columns(rows);
            var expected = rows.GroupBy(row => row.Task).Select(task => Arbitrary.Columns([.. task]))
                .Select(task => Auc.Compute(task.Scores, task.Labels, task.Weights)).ToArray();

            var actual = TaskAuc.Compute(new ScoredSamples([.. rows.Select(row => row.Task)], scores, labels, weights));

            return actual.TaskCount == expected.Count(auc => auc is not null)
                && actual.LeftOutCount == expected.Count(auc => auc is null)
                && Math.Abs((actual.Mean ?? -1) - (expected.Average() ?? -1)) < 1e-12;
        }).QuickCheckThrowOnFailure();
}
