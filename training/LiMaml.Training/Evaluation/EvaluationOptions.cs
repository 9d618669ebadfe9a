namespace LiMaml.Training.Evaluation;

/// <summary>Which earlier rows a task is fine-tuned on before its test rows are scored.</summary>
public enum SupportRows
{
    /// <summary>The most recent training and validation rows: what a worker's window holds.</summary>
    Window,

    /// <summary>Validation rows only (paper §6.1).</summary>
    Validation,
}

/// <summary>A model to judge: one checkpoint for each seed it was trained with.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="CheckpointFolders">At least one.</param>
public sealed record EvaluatedModel(string Name, IReadOnlyList<string> CheckpointFolders);

/// <summary>Which simple models to compare with; binary labels only.</summary>
public sealed record RivalOptions
{
    /// <summary>The categorical feature that is the item of a tuned matrix factorisation; null for none.</summary>
    public string? FactorisationItem { get; init; }

    /// <summary>
    /// GLMix: a shared logistic regression and a small one for each task and for each value of the categorical features listed
    /// here; empty for tasks alone, null for none of it.
    /// </summary>
    public IReadOnlyList<string>? RandomEffects { get; init; }

    internal bool IsEmpty => FactorisationItem is null && RandomEffects is null;
}

/// <summary>What to evaluate, on which rows.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Folder of a prepared dataset with test rows.</summary>
    public required string Dataset { get; init; }

    /// <summary>All for the same task definition, or for it and others; at least one unless there are rivals.</summary>
    public IReadOnlyList<EvaluatedModel> Models { get; init; } = [];

    /// <summary>The task definition that rows are judged by, one of every model's. Default: the first model's first, else the schema's.</summary>
    public string? Task { get; init; }

    /// <summary>The support set. Default: the window.</summary>
    public SupportRows Support { get; init; } = SupportRows.Window;

    /// <summary>Names of dense features whose sum is scored as a reference, e.g. an item's and a member's log-odds; empty for none.</summary>
    public IReadOnlyList<string> Reference { get; init; } = [];

    /// <summary>The model without fine-tuning that gains are relative to; default the first vanilla one, else the first without an inner loop, else the first, else the first rival.</summary>
    public string? Baseline { get; init; }

    /// <summary>Simple models to fit and to judge on the same rows.</summary>
    public RivalOptions Rivals { get; init; } = new();

    /// <summary>Other ways than the latest sample's to make the stored vector of a task: a line each (paper, Table 14).</summary>
    public IReadOnlyList<EmbeddingAggregation> Aggregations { get; init; } = [];

    /// <summary>How often stored vectors are refreshed while the test period is replayed: a line each (paper §5).</summary>
    public IReadOnlyList<RefreshCadence> Cadences { get; init; } = [];

    /// <summary>Whether to tell frequent, lapsed and new tasks apart (paper §7.2).</summary>
    public bool Cohorts { get; init; }

    /// <summary>Numbers of latest support rows, 0 or more: everything is judged again as if tasks had no others.</summary>
    public IReadOnlyList<int> FewShot { get; init; } = [];

    /// <summary>Resamples of the tasks for the interval of each gain; 0 for no intervals.</summary>
    public int BootstrapDraws { get; init; } = 1000;

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";
}
