using FsCheck;
using FsCheck.Fluent;
using LiMaml.Models;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

public sealed class AucTests
{
    [Theory]
    [InlineData(new[] { 0.1f, 0.4f, 0.35f, 0.8f }, new[] { 0f, 0, 1, 1 }, 0.75)]   // 3 of 4 pairs in order
    [InlineData(new[] { 1f, 2, 3, 4 }, new[] { 0f, 0, 1, 1 }, 1.0)]
    [InlineData(new[] { 4f, 3, 2, 1 }, new[] { 0f, 0, 1, 1 }, 0.0)]
    [InlineData(new[] { 5f, 5, 5 }, new[] { 0f, 1, 1 }, 0.5)]                      // all tied
    [InlineData(new[] { 1f, 2, 2, 3 }, new[] { 0f, 0, 1, 1 }, 0.875)]              // one of 4 pairs tied
    [InlineData(new[] { -0f, 0f }, new[] { 0f, 1 }, 0.5)]
    [InlineData(new[] { float.NegativeInfinity, float.PositiveInfinity }, new[] { 0f, 1 }, 1.0)]
    public void Compute_HandComputedCase_IsExact(float[] scores, float[] labels, double expected) =>
        Assert.Equal(expected, Auc.Compute(scores, labels));

    [Fact]
    public void Compute_Weighted_CountsPairsByTheProductOfTheirWeights() =>
        // Pairs (positive, negative): (2, 1) in order, weight 3 × 1; (2, 3) out of order, weight 3 × 2.
        Assert.Equal(3.0 / 9, Auc.Compute([1, 2, 3], [0, 1, 0], [1, 3, 2]));

    [Theory]
    [InlineData(new float[0], new float[0], null)]
    [InlineData(new[] { 1f, 2 }, new[] { 1f, 1 }, null)]
    [InlineData(new[] { 1f, 2 }, new[] { 0f, 0 }, null)]
    [InlineData(new[] { 1f, 2 }, new[] { 0f, 1 }, new[] { 0f, 1 })]
    public void Compute_OneClassOnly_IsNull(float[] scores, float[] labels, float[]? weights) =>
        Assert.Null(Auc.Compute(scores, labels, weights));

    [Fact]
    public void Compute_NotANumber_NamesTheRow()
    {
        var fault = Assert.Throws<InvalidInputException>(() => Auc.Compute([1, float.NaN], [0, 1]));
        Assert.Equal("score of row 1: found NaN, expected a number.", fault.Message);
    }

    [Fact]
    public void Compute_LabelInBetween_NamesTheRow()
    {
        var fault = Assert.Throws<InvalidInputException>(() => Auc.Compute([1, 2], [0, 0.5f]));
        Assert.Equal("label of row 1: found 0.5, expected 0 or 1.", fault.Message);
    }

    [Fact]
    public void Compute_NegativeWeight_NamesTheRow()
    {
        var fault = Assert.Throws<InvalidInputException>(() => Auc.Compute([1, 2], [0, 1], [1, -1]));
        Assert.Equal("weight of row 1: found -1, expected a finite number, 0 or more.", fault.Message);
    }

    [Theory]
    [InlineData(1, 2, 0)]
    [InlineData(2, 2, 1)]
    public void Compute_ColumnsOfDifferentLength_Throws(int scores, int labels, int weights) =>
        Assert.Throws<ArgumentException>(() => Auc.Compute(new float[scores], new float[labels], new float[weights]));

    [Fact]
    public void Compute_AnySamples_EqualsTheCountOverAllPairs() =>
        Prop.ForAll(Arbitrary.Rows, rows =>
        {
            var (scores, labels, weights) = Arbitrary.Columns(rows);
            return Near(CountPairs(scores, labels, new float[rows.Length].Select(_ => 1f).ToArray()), Auc.Compute(scores, labels))
                && Near(CountPairs(scores, labels, weights), Auc.Compute(scores, labels, weights));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Compute_LabelsExchanged_IsTheComplement() =>
        Prop.ForAll(Arbitrary.Rows, rows =>
        {
            var (scores, labels, weights) = Arbitrary.Columns(rows);
            return Near(1 - Auc.Compute(scores, labels, weights), Auc.Compute(scores, [.. labels.Select(label => 1 - label)], weights));
        }).QuickCheckThrowOnFailure();

    private static double? CountPairs(float[] scores, float[] labels, float[] weights)
    {
        double won = 0, all = 0;
        for (var p = 0; p < scores.Length; p++)
        {
            for (var n = 0; n < scores.Length; n++)
            {
                if (labels[p] == 1 && labels[n] == 0)
                {
                    var weight = (double)weights[p] * weights[n];
                    all += weight;
                    won += weight * (scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0);
                }
            }
        }

        return all > 0 ? won / all : null;
    }

    private static bool Near(double? expected, double? actual) =>
        expected is null ? actual is null : actual is { } value && Math.Abs(value - expected.Value) < 1e-12;
}
