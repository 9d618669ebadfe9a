using FsCheck;
using FsCheck.Fluent;
using LiMaml.Models;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

public sealed class ScoredSamplesTests
{
    [Fact]
    public void Constructor_NotANumber_NamesTheRow()
    {
        var fault = Assert.Throws<InvalidInputException>(() => new ScoredSamples([0, 0], [1, float.NaN], [0, 1]));
        Assert.Equal("score of row 1: found NaN, expected a number.", fault.Message);
    }

    [Fact]
    public void Constructor_InfiniteLabel_NamesTheRow()
    {
        var fault = Assert.Throws<InvalidInputException>(() => new ScoredSamples([0], [1], [float.PositiveInfinity]));
        Assert.Equal("label of row 0: found Infinity, expected a finite number.", fault.Message);
    }

    [Fact]
    public void Constructor_TooFewTasks_SaysHowMany()
    {
        var fault = Assert.Throws<ArgumentException>(() => new ScoredSamples([0], [1, 2], [0, 1]));
        Assert.StartsWith("1 tasks for 2 scores", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_BothSlices_ShareAllRowsInOrder() =>
        Prop.ForAll(Gen.Choose(0, 2).ArrayOf(60).ToArbitrary(), tasks =>
        {
            float[] numbers = [.. Enumerable.Range(0, tasks.Length).Select(row => (float)row)];
            var samples = new ScoredSamples(tasks, numbers, numbers);
            var few = samples.In(TaskSlice.FewSamples);
            var many = samples.In(TaskSlice.ManySamples);

            return few.Tasks.GroupBy(task => task).All(task => task.Count() < TaskSliceExtensions.Boundary)
                && many.Tasks.GroupBy(task => task).All(task => task.Count() >= TaskSliceExtensions.Boundary)
                && few.Scores.Concat(many.Scores).Order().SequenceEqual(numbers)
                && few.Scores.Order().SequenceEqual(few.Scores)
                && few.Scores.All(score => few.Tasks[Array.IndexOf(few.Scores, score)] == tasks[(int)score]);
        }).QuickCheckThrowOnFailure();
}
