using LiMaml.Training.Evaluation;
using LiMaml.Training.Evaluation.Metrics;
using LiMaml.Training.Experiments;

namespace LiMaml.Cli.Experiments;

/// <summary>A figure's value with its standard deviation over seeds.</summary>
internal readonly record struct FigureValue(double Mean, double? Deviation);

/// <summary>Finds what a figure draws in a report.</summary>
internal static class FigureValues
{
    /// <summary>The value of a row, or null where it has none.</summary>
    public static FigureValue? Of(FigureMeasure measure, EvaluationReport evaluation, EvaluationRow? row) => (measure, row) switch
    {
        (_, null) => null,
        (FigureMeasure.TaskAuc, _) => Of(row.TaskAuc),
        (FigureMeasure.Gain, { Gain: { } gain }) => new FigureValue(100 * gain, 100 * row.Auc!.StandardDeviation / evaluation.Find(evaluation.Baseline, ScoringMode.NoFineTuning, row.Slice)!.Auc!.Mean),
        (FigureMeasure.Gain, _) => null,
        _ => Of(row.Auc ?? row.RootMeanSquaredError),
    };

    /// <summary>The axis label of a measure.</summary>
    public static string Label(FigureMeasure measure, ExperimentReport report) => measure switch
    {
        FigureMeasure.TaskAuc => "mean per-task AUC",
        FigureMeasure.Gain => "AUC gain over the baseline, %",
        FigureMeasure.TrainingTime => "seconds an epoch",
        _ => report.Evaluations[0].Rows.Any(row => row.Auc is not null) ? "AUC" : "root mean squared error",
    };

    private static FigureValue? Of(Summary? summary) => summary is null ? null : new FigureValue(summary.Mean, summary.StandardDeviation);
}
