namespace LiMaml.Models.Schemas;

/// <summary>What a label may be.</summary>
public enum LabelKind
{
    /// <summary>0 or 1; the loss is cross-entropy.</summary>
    Binary,

    /// <summary>Any finite number; the loss is the squared error.</summary>
    Real,

    /// <summary>
    /// From 0 to 1, how positive an interaction was (stars, share of a video watched); the loss is cross-entropy. AUC tells those of at
    /// least <see cref="Grades.Positive"/> from the others.
    /// </summary>
    Graded,
}

/// <summary>One way of dividing interactions into tasks (paper §4.1, Table 2): per member, per (member, type), per item…</summary>
/// <param name="Name">Unique within the schema; letters, digits, underscores.</param>
/// <param name="Keys">The key columns whose values together identify a task; at least one.</param>
/// <param name="MetaFeatures">Names of the features that a meta block for this definition reads unless a spec says otherwise.</param>
public sealed record TaskDefinition(string Name, IReadOnlyList<string> Keys, IReadOnlyList<string> MetaFeatures);

/// <summary>The schema of a prepared dataset (<c>schema.json</c>): fitted on training rows, complete enough to encode a raw row.</summary>
/// <param name="FormatVersion">Version of the written form, <see cref="CurrentFormatVersion"/>.</param>
/// <param name="Name">What people call the dataset.</param>
/// <param name="Label">Binary, graded or real.</param>
/// <param name="Features">All features, names unique.</param>
/// <param name="Tasks">All task definitions, names unique, at least one. Each has its own sorted copy of the rows in the dataset.</param>
public sealed record DatasetSchema(
    int FormatVersion,
    string Name,
    LabelKind Label,
    IReadOnlyList<Feature> Features,
    IReadOnlyList<TaskDefinition> Tasks)
{
    /// <summary>The version this code writes.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>The feature called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none; the message lists those there are.</exception>
    public Feature Feature(string name) =>
        Features.FirstOrDefault(feature => feature.Name == name)
        ?? throw new InvalidInputException($"feature of schema '{Name}'", $"'{name}'", $"one of {string.Join(", ", Features.Select(feature => feature.Name))}");

    /// <summary>The task definition called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none; the message lists those there are.</exception>
    public TaskDefinition Task(string name) =>
        Tasks.FirstOrDefault(task => task.Name == name)
        ?? throw new InvalidInputException($"task definition of schema '{Name}'", $"'{name}'", $"one of {string.Join(", ", Tasks.Select(task => task.Name))}");
}
