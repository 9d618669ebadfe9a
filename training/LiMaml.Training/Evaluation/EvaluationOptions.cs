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

/// <summary>What to evaluate, on which rows.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Folder of a prepared dataset with test rows.</summary>
    public required string Dataset { get; init; }

    /// <summary>At least one; all for the same task definition.</summary>
    public required IReadOnlyList<EvaluatedModel> Models { get; init; }

    /// <summary>The support set. Default: the window.</summary>
    public SupportRows Support { get; init; } = SupportRows.Window;

    /// <summary>Names of dense features whose sum is scored as a reference, e.g. an item's and a member's log-odds; empty for none.</summary>
    public IReadOnlyList<string> Reference { get; init; } = [];

    /// <summary>The model without fine-tuning that gains are relative to; default the first vanilla one, else the first without an inner loop, else the first.</summary>
    public string? Baseline { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";
}
