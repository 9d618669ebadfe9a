using LiMaml.Training.Configurations;
using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Experiments;

/// <summary>One of the models that an experiment compares.</summary>
/// <param name="Name">What tables call it; unique in the experiment.</param>
/// <param name="Patch">What it does otherwise than the base configuration.</param>
/// <param name="X">The value that a sweep varies; null where the variant is not part of it.</param>
public sealed record ExperimentVariant(string Name, ConfigurationPatch Patch, double? X = null);

/// <summary>A table of the paper (or one beyond it) as data: which models are trained, how they are judged, what is drawn.</summary>
public sealed record Experiment
{
    /// <summary>What <c>limaml experiment</c> calls it.</summary>
    public required string Name { get; init; }

    /// <summary>The table or section of the paper.</summary>
    public required string Paper { get; init; }

    /// <summary>What is compared, a phrase.</summary>
    public required string Title { get; init; }

    /// <summary>What to look for in the figures, a sentence or two.</summary>
    public required string Question { get; init; }

    /// <summary>The models, by what they start from; the first vanilla one is what gains are relative to.</summary>
    public required Func<ExperimentSetting, IReadOnlyList<ExperimentVariant>> Variants { get; init; }

    /// <summary>What of the evaluation the table shows, besides rivals; the report's JSON has all of it.</summary>
    public IReadOnlyList<ScoringMode> Modes { get; init; } = [ScoringMode.NoFineTuning, ScoringMode.FineTuned];

    /// <summary>Which tasks the table is over.</summary>
    public IReadOnlyList<ReportSlice> Slices { get; init; } = [ReportSlice.All];

    /// <summary>Whether training times are part of the answer, so that runs should not share the machine.</summary>
    public bool IsTimed { get; init; }

    /// <summary>The plots.</summary>
    public IReadOnlyList<ExperimentFigure> Figures { get; init; } = [];

    /// <summary>What the evaluation is asked for beyond the usual.</summary>
    public Func<ExperimentSetting, EvaluationOptions, EvaluationOptions> Evaluation { get; init; } = (_, options) => options;

    /// <summary>What a reader of the report should know, e.g. figures published elsewhere.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
