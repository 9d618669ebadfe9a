using System.Globalization;
using LiMaml.Cli.Reports;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Experiments;

namespace LiMaml.Cli.Experiments;

/// <summary>The plots of an experiment's report.</summary>
/// <param name="experiment">What is drawn.</param>
/// <param name="report">What was found.</param>
internal sealed class ExperimentCharts(Experiment experiment, ExperimentReport report)
{
    private const double SeriesDistance = 0.12;

    /// <summary>By file name; a plot without a single value is left out.</summary>
    public IReadOnlyDictionary<string, Chart> All => experiment.Figures.Select(figure => (figure.Name, Chart: Draw(figure)))
        .Where(drawn => drawn.Chart.Series.Count > 0)
        .ToDictionary(drawn => drawn.Name + ".png", drawn => drawn.Chart);

    private Chart Draw(ExperimentFigure figure)
    {
        var (places, series) = (figure.Axis, figure.Measure) switch
        {
            (FigureAxis.Scorings, _) => OverScorings(figure),
            (FigureAxis.Slices, _) => OverSlices(figure),
            (_, FigureMeasure.TrainingTime) => Times(figure),
            _ => OverModels(figure),
        };
        return new Chart($"{figure.Title} — {report.Evaluations[0].Dataset}", figure.XLabel, FigureValues.Label(figure.Measure, report), Points(figure, places, series), places) { Level = Level(figure) };
    }

    private (IReadOnlyList<(double Position, string Label)> Places, IReadOnlyList<(string Name, IReadOnlyList<FigureValue?> Values)> Series) OverModels(ExperimentFigure figure)
    {
        var variants = Variants(figure);
        var series = figure.Modes.Select(mode => (mode, Rows: variants.Select(variant => Row(variant.Name, mode, figure.Slice)).ToList())).Where(entry => entry.Rows.Exists(row => row is not null))
            .Select(entry => (EvaluationReport.Text(entry.Rows.Find(row => row is not null)!), (IReadOnlyList<FigureValue?>)[.. entry.Rows.Select(row => Value(figure, row))]));
        return (Places(figure, variants), [.. series]);
    }

    private (IReadOnlyList<(double Position, string Label)> Places, IReadOnlyList<(string Name, IReadOnlyList<FigureValue?> Values)> Series) Times(ExperimentFigure figure)
    {
        var variants = Variants(figure);
        return (Places(figure, variants), [("training", [.. variants.Select(variant => new FigureValue(variant.EpochSeconds.Mean, variant.EpochSeconds.StandardDeviation))])]);
    }

    private (IReadOnlyList<(double Position, string Label)> Places, IReadOnlyList<(string Name, IReadOnlyList<FigureValue?> Values)> Series) OverScorings(ExperimentFigure figure)
    {
        var rows = report.Evaluations.SelectMany(evaluation => evaluation.Rows).Where(row => row.Slice == figure.Slice && row.Mode == figure.Modes[0]).ToList();
        var names = rows.Select(row => row.Variant!).Distinct().ToList();
        var series = rows.GroupBy(row => row.Model).Select(model => (model.Key, (IReadOnlyList<FigureValue?>)[.. names.Select(name => Value(figure, model.FirstOrDefault(row => row.Variant == name)))]));
        return ([.. names.Select((name, index) => ((double)index, name))], [.. series]);
    }

    private (IReadOnlyList<(double Position, string Label)> Places, IReadOnlyList<(string Name, IReadOnlyList<FigureValue?> Values)> Series) OverSlices(ExperimentFigure figure)
    {
        var slices = experiment.Slices.Where(slice => report.Evaluations.Any(evaluation => evaluation.Rows.Any(row => row.Slice == slice))).ToList();
        var series = report.Training.SelectMany(variant => figure.Modes, (variant, mode) => (variant.Name, Rows: slices.ConvertAll(slice => Row(variant.Name, mode, slice))))
            .Where(entry => entry.Rows.Exists(row => row is not null))
            .Select(entry => ($"{entry.Name}, {EvaluationReport.Text(entry.Rows.Find(row => row is not null)!)}", (IReadOnlyList<FigureValue?>)entry.Rows.ConvertAll(row => Value(figure, row))));
        return ([.. slices.Select((slice, index) => ((double)index, EvaluationReport.Text(slice)))], [.. series]);
    }

    /// <summary>Series side by side where the axis has names, joined by lines where it has numbers or an order.</summary>
    private static List<ChartSeries> Points(ExperimentFigure figure, IReadOnlyList<(double Position, string Label)> places, IReadOnlyList<(string Name, IReadOnlyList<FigureValue?> Values)> series)
    {
        var isConnected = figure.XLabel is not null || figure.Axis is FigureAxis.Scorings;
        double Shift(int index) => isConnected ? 0 : (index - ((series.Count - 1) / 2.0)) * SeriesDistance;
        return [.. series.Select((entry, index) => new ChartSeries(
            entry.Name,
            [.. places.Zip(entry.Values).Where(place => place.Second is not null).Select(place => new ChartPoint(place.First.Position + Shift(index), place.Second!.Value.Mean, place.Second.Value.Deviation))],
            isConnected)).Where(drawn => drawn.Points.Count > 0)];
    }

    /// <summary>What to compare with, drawn across: the baseline, or the training time of what is outside the sweep.</summary>
    private (double Y, string Name)? Level(ExperimentFigure figure)
    {
        if (figure.Measure is FigureMeasure.TrainingTime)
        {
            return figure.XLabel is not null && report.Training.FirstOrDefault(variant => variant.X is null) is { } outside ? (outside.EpochSeconds.Mean, outside.Name) : null;
        }

        var baselines = report.Evaluations.Select(evaluation => FigureValues.Of(figure.Measure, evaluation, evaluation.Find(evaluation.Baseline, ScoringMode.NoFineTuning, figure.Slice))).OfType<FigureValue>().Select(value => value.Mean).Distinct().ToList();
        return baselines is [var only] && figure.Axis is not FigureAxis.Slices ? (only, "baseline") : null;
    }

    private List<VariantTraining> Variants(ExperimentFigure figure) => [.. report.Training.Where(variant => figure.XLabel is null || variant.X is not null)];

    private static List<(double Position, string Label)> Places(ExperimentFigure figure, List<VariantTraining> variants) => figure.XLabel is null
        ? [.. variants.Select((variant, index) => ((double)index, variant.Name))]
        : variants.ConvertAll(variant => (figure.IsLogarithmic ? Math.Log10(variant.X!.Value) : variant.X!.Value, variant.X.Value.ToString("0.######", CultureInfo.InvariantCulture)));

    private EvaluationRow? Row(string model, ScoringMode mode, ReportSlice slice) =>
        report.Evaluations.Select(evaluation => evaluation.Find(model, mode, slice)).FirstOrDefault(row => row is not null);

    private FigureValue? Value(ExperimentFigure figure, EvaluationRow? row) =>
        row is null ? null : FigureValues.Of(figure.Measure, report.Evaluations.First(evaluation => evaluation.Rows.Contains(row)), row);
}
