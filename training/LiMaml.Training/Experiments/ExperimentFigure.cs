using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Experiments;

/// <summary>What a plot shows on its vertical axis.</summary>
public enum FigureMeasure
{
    /// <summary>AUC over all rows, or the root mean squared error for real labels.</summary>
    Auc,

    /// <summary>Mean per-task AUC.</summary>
    TaskAuc,

    /// <summary>Relative AUC gain over the baseline.</summary>
    Gain,

    /// <summary>Seconds of an epoch's outer steps.</summary>
    TrainingTime,
}

/// <summary>What a plot's horizontal axis goes through.</summary>
public enum FigureAxis
{
    /// <summary>The variants of the experiment; a series for each way of scoring.</summary>
    Models,

    /// <summary>The variants of one way of scoring, such as refresh cadences; a series for each model.</summary>
    Scorings,

    /// <summary>The slices of tasks; a series for each model and way of scoring.</summary>
    Slices,
}

/// <summary>A plot: a point with its standard deviation for each variant and way of scoring.</summary>
/// <param name="Name">Of its file, without ending.</param>
/// <param name="Title">Above it.</param>
/// <param name="Measure">Its vertical axis.</param>
public sealed record ExperimentFigure(string Name, string Title, FigureMeasure Measure)
{
    /// <summary>What the horizontal axis goes through.</summary>
    public FigureAxis Axis { get; init; } = FigureAxis.Models;

    /// <summary>The swept value, in words; null puts the variants side by side by name.</summary>
    public string? XLabel { get; init; }

    /// <summary>Whether the swept value is drawn by its logarithm.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>One series for each.</summary>
    public IReadOnlyList<ScoringMode> Modes { get; init; } = [ScoringMode.NoFineTuning, ScoringMode.FineTuned];

    /// <summary>Which tasks.</summary>
    public ReportSlice Slice { get; init; } = ReportSlice.All;
}
