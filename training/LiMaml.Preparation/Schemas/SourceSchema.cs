using LiMaml.Models;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;

namespace LiMaml.Preparation.Schemas;

/// <summary>
/// What a user writes about raw data: where the interactions are, what their columns mean, and what to make of them.
/// <c>prepare</c> turns it and the data into a dataset with a fitted <see cref="DatasetSchema"/>. Wherever a column of a row is
/// named, <c>table.column</c> names one of a joined table.
/// </summary>
public sealed record SourceSchema
{
    /// <summary>The version this code reads and writes.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Version of the written form.</summary>
    public int FormatVersion { get; init; } = CurrentFormatVersion;

    /// <summary>What people call the dataset.</summary>
    public required string Name { get; init; }

    /// <summary>The table with one row for each interaction.</summary>
    public required SourceFile Interactions { get; init; }

    /// <summary>When an interaction happened.</summary>
    public required SourceTimestamp Timestamp { get; init; }

    /// <summary>What came of it.</summary>
    public required SourceLabel Label { get; init; }

    /// <summary>Column that identifies an interaction, or null: of rows with the same value the first in the source is kept.</summary>
    public string? EventId { get; init; }

    /// <summary>Column with a finite weight of 0 or more, or null for weight 1.</summary>
    public string? Weight { get; init; }

    /// <summary>Features read from columns, in the order of the dataset's schema.</summary>
    public IReadOnlyList<SourceFeature> Features { get; init; } = [];

    /// <summary>Tables whose columns join the interactions.</summary>
    public IReadOnlyList<SourceTable> Tables { get; init; } = [];

    /// <summary>Features computed from earlier interactions; they follow <see cref="Features"/> in the dataset's schema.</summary>
    public IReadOnlyList<HistoryFeature> History { get; init; } = [];

    /// <summary>Task definitions; at least one. The first decides the split per task.</summary>
    public required IReadOnlyList<TaskDefinition> Tasks { get; init; }

    /// <summary>How rows are divided into train, validation and test.</summary>
    public SplitRule Split { get; init; } = new PerTaskSplit();

    /// <summary>Most recent rows of a task kept in train and in validation, for each definition; null keeps all. Test rows are always kept.</summary>
    public int? MaxSamplesPerTask { get; init; }

    /// <summary>Reads and checks a source schema.</summary>
    /// <param name="path">The JSON file; named in every message.</param>
    /// <exception cref="InvalidInputException">It is missing, malformed or inconsistent.</exception>
    public static SourceSchema Read(string path)
    {
        var schema = ContractJson.Read<SourceSchema>(path);
        SourceSchemaValidation.Validate(schema, path);
        return schema;
    }

    /// <summary>Writes the schema as JSON, all or nothing.</summary>
    public void Write(string path) => ContractJson.Write(path, this);
}
