using FsCheck;
using FsCheck.Fluent;
using LiMaml.Models;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

public sealed class CalibrationTests
{
    private static readonly float ThreeQuarters = MathF.Log(3);

    [Fact]
    public void Compute_TwoProbabilities_GivesRatioErrorAndBins()
    {
        // 10 samples of 0.25, 4 of them positive; 10 of 0.75, 7 of them positive: two samples a bin, ties shared evenly.
        float[] logits = [.. Enumerable.Repeat(-ThreeQuarters, 10), .. Enumerable.Repeat(ThreeQuarters, 10)];
        float[] labels = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0];

        var calibration = Calibration.Compute(logits, labels);

        Assert.Equal(11.0 / 10, calibration.Ratio!.Value, 1e-7);
        Assert.Equal((0.15 + 0.05) / 2, calibration.ExpectedError!.Value, 1e-7);
        Assert.Equal(Calibration.MaximumBinCount, calibration.Bins.Count);
        Assert.All(calibration.Bins, bin => Assert.Equal(2, bin.SampleCount));
        Assert.All(calibration.Bins.Take(5), bin => Assert.Equal((0.25, 0.4), (Math.Round(bin.Predicted, 6), Math.Round(bin.Observed, 6))));
        Assert.All(calibration.Bins.Skip(5), bin => Assert.Equal((0.75, 0.7), (Math.Round(bin.Predicted, 6), Math.Round(bin.Observed, 6))));
    }

    [Fact]
    public void Compute_ThirteenSamples_FillsTenBinsByAscendingProbability()
    {
        var calibration = Calibration.Compute([.. Enumerable.Range(0, 13).Select(i => 6f - i)], new float[13]);

        Assert.Equal([2, 1, 1, 2, 1, 1, 2, 1, 1, 1], calibration.Bins.Select(bin => bin.SampleCount));
        Assert.Equal(calibration.Bins.Select(bin => bin.Predicted).Order(), calibration.Bins.Select(bin => bin.Predicted));
    }

    [Fact]
    public void Compute_FewSamples_GivesEachItsBin()
    {
        var calibration = Calibration.Compute([0, ThreeQuarters], [1, 0]);

        Assert.Equal(2, calibration.Bins.Count);
        Assert.Equal(1 / 1.25, calibration.Ratio!.Value, 1e-7);
        Assert.Equal((0.5 + 0.75) / 2, calibration.ExpectedError!.Value, 1e-7);
    }

    [Fact]
    public void Compute_NoSamplesOrNoWeight_HasNothingToSay()
    {
        Assert.Equal((null, null, 0), Parts(Calibration.Compute([], [])));
        Assert.Equal((null, null, 0), Parts(Calibration.Compute([1], [1], [0])));

        static (double?, double?, int) Parts(Calibration calibration) => (calibration.Ratio, calibration.ExpectedError, calibration.Bins.Count);
    }

    [Fact]
    public void Compute_NotANumber_Throws() => Assert.Throws<InvalidInputException>(() => Calibration.Compute([float.NaN], [1]));

    [Fact]
    public void Compute_AnySamples_ConservesThemAndIgnoresTheirOrder() =>
        Prop.ForAll(Arbitrary.Rows, rows =>
        {
            var (scores, labels, weights) = Arbitrary.Columns(rows);
            var (backScores, backLabels, backWeights) = Arbitrary.Columns([.. rows.Reverse()]);
            var calibration = Calibration.Compute(scores, labels, weights);
            var reversed = Calibration.Compute(backScores, backLabels, backWeights);

            var weight = rows.Sum(row => (double)row.Weight);
            var positive = rows.Where(row => row.Label).Sum(row => (double)row.Weight);
            var predicted = rows.Sum(row => row.Weight / (1 + Math.Exp(-row.Score)));
            return Near(weight, calibration.Bins.Sum(bin => bin.Weight))
                && Near(positive, calibration.Bins.Sum(bin => bin.Weight * bin.Observed))
                && Near(predicted, calibration.Bins.Sum(bin => bin.Weight * bin.Predicted))
                && Near(predicted > 0 ? positive / predicted : -1, calibration.Ratio ?? -1)
                && Near(calibration.ExpectedError ?? -1, reversed.ExpectedError ?? -1)
                && calibration.ExpectedError is null or (>= 0 and <= 1);
        }).QuickCheckThrowOnFailure();

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) < 1e-9;
}
