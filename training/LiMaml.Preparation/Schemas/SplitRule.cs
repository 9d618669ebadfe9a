using System.Text.Json.Serialization;

namespace LiMaml.Preparation.Schemas;

/// <summary>How rows are divided into train, validation and test. Every task definition divides the same rows in the same way.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(PerTaskSplit), "perTask")]
[JsonDerivedType(typeof(ByTimeSplit), "byTime")]
[JsonDerivedType(typeof(RandomSplit), "random")]
public abstract record SplitRule
{
    /// <summary>
    /// Share of the tasks of <see cref="NewTasksOf"/>, drawn by chance, that training must not know (the paper's new members, §7.2): what
    /// would be train of them is validation. From 0, none, to below 1.
    /// </summary>
    public double NewTasks { get; init; }

    /// <summary>Name of the task definition whose tasks are new; null for the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NewTasksOf { get; init; }

    /// <summary>Another seed, other new tasks.</summary>
    public int NewTasksSeed { get; init; }
}

/// <summary>What becomes of rows of one task and one moment that a cut falls between.</summary>
public enum TieRule
{
    /// <summary>All go to the earlier part.</summary>
    Together,

    /// <summary>Their order in the source decides.</summary>
    ByOrder,
}

/// <summary>
/// Within each task of the first definition, in order of time: the row of rank r (from 0) of n goes to train where
/// r &lt; <see cref="Train"/>·n, else to validation where r &lt; (<see cref="Train"/> + <see cref="Validation"/>)·n, else to test.
/// </summary>
public sealed record PerTaskSplit : SplitRule
{
    /// <summary>Above 0.</summary>
    public double Train { get; init; } = 0.5;

    /// <summary>0 or more; below 1 together with <see cref="Train"/>.</summary>
    public double Validation { get; init; } = 0.25;

    /// <summary>What becomes of ties.</summary>
    public TieRule Ties { get; init; } = TieRule.Together;
}

/// <summary>Rows before <see cref="ValidationFrom"/> are train, rows from <see cref="TestFrom"/> on are test (the paper's dates).</summary>
public sealed record ByTimeSplit : SplitRule
{
    /// <summary>First moment of validation; UTC where the text names no offset.</summary>
    [JsonConverter(typeof(UtcTimeConverter))]
    public required DateTimeOffset ValidationFrom { get; init; }

    /// <summary>First moment of test, not before <see cref="ValidationFrom"/>.</summary>
    [JsonConverter(typeof(UtcTimeConverter))]
    public required DateTimeOffset TestFrom { get; init; }
}

/// <summary>
/// Each row by chance, whatever its time: for comparison with published figures only, since it trains on the future. History features must
/// see earlier splits only, or labels of test rows would be in training rows.
/// </summary>
public sealed record RandomSplit : SplitRule
{
    /// <summary>Above 0.</summary>
    public double Train { get; init; } = 0.8;

    /// <summary>0 or more; below 1 together with <see cref="Train"/>.</summary>
    public double Validation { get; init; }

    /// <summary>Another seed, another division.</summary>
    public int Seed { get; init; }
}
