namespace LiMaml.Training.Experiments;

/// <summary>On what an experiment is made.</summary>
public sealed record ExperimentOptions
{
    /// <summary>Folder of a prepared dataset with training, validation and test rows.</summary>
    public required string Dataset { get; init; }

    /// <summary>
    /// Where everything is kept: runs, which experiments share wherever they train the same model, and a folder for each
    /// experiment's report.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>What the variants start from. Default: the defaults of training.</summary>
    public TrainingConfiguration Configuration { get; init; } = new();

    /// <summary>What single variants start from instead, by their name: each may have been tuned by itself.</summary>
    public IReadOnlyDictionary<string, TrainingConfiguration> Own { get; init; } = new Dictionary<string, TrainingConfiguration>();

    /// <summary>One run of each variant for each of them. Default 1.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1];

    /// <summary>Names of the variants to train; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>
    /// Whether test rows are scored by refits of the runs, trained anew on training and validation rows together: for data whose
    /// published figures are of models that were trained on both. Default no.
    /// </summary>
    public bool Refits { get; init; }

    /// <summary>Only to see that everything works: one seed, one epoch. The figures mean nothing.</summary>
    public bool IsSmoke { get; init; }
}
