using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Experiments;

/// <summary>What an experiment found (<c>report.json</c>).</summary>
public sealed record ExperimentReport
{
    /// <summary>The version this code writes.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Version of the written form.</summary>
    public int FormatVersion { get; init; } = CurrentFormatVersion;

    /// <summary>Name of the experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>True for a smoke test, whose figures mean nothing.</summary>
    public bool IsSmoke { get; init; }

    /// <summary>True where test rows were scored by refits, trained on training and validation rows together.</summary>
    public bool Refits { get; init; }

    /// <summary>The dataset as its folder was named.</summary>
    public required string Dataset { get; init; }

    /// <summary>One run of each variant for each.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>What the variants started from.</summary>
    public required TrainingConfiguration Configuration { get; init; }

    /// <summary>How training went.</summary>
    public required IReadOnlyList<VariantTraining> Training { get; init; }

    /// <summary>What test rows say, for each task definition.</summary>
    public required IReadOnlyList<EvaluationReport> Evaluations { get; init; }

    /// <summary>File names of the plots.</summary>
    public required IReadOnlyList<string> Figures { get; init; }

    /// <summary>How it was made.</summary>
    public required Provenance Provenance { get; init; }
}
