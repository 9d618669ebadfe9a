using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Reading;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Steps;

/// <summary>
/// Which columns of the raw tables are needed and what they are called in the engine: <c>ts</c>, <c>label</c>, <c>weight</c>,
/// <c>event</c>, <c>f0…</c> for the features in order, <c>t0…</c> for texts that are keys.
/// </summary>
internal sealed class RowPlan
{
    private readonly Dictionary<(int Table, string Column), string> texts = [];
    private readonly List<Cell> interactionCells = [];

    public RowPlan(SourceSchema schema, RawTable interactions, IReadOnlyList<RawTable> tables)
    {
        Schema = schema;
        Interactions = interactions;
        Tables = [.. schema.Tables.Select((table, index) => new JoinedTable(table, tables[index], string.Create(CultureInfo.InvariantCulture, $"table{index}")))];
        AddInteractionCells();
        foreach (var (table, index) in Tables.Select((table, index) => (table, index)))
        {
            AddJoinCells(table, index);
        }

        Features = [.. schema.Features.Select(AddFeature)];
        TaskKeys = [.. schema.Tasks.Select(task => (IReadOnlyList<string>)[.. task.Keys.Select(key => AddKey(key, $"task '{task.Name}'", "a value: the column is a task's key"))])];
        HistoryKeys = [.. schema.History.Select(HistoryKey)];
    }

    public SourceSchema Schema { get; }

    public RawTable Interactions { get; }

    public IReadOnlyList<Cell> InteractionCells => interactionCells;

    public IReadOnlyList<JoinedTable> Tables { get; }

    /// <summary>The features' columns, in the schema's order.</summary>
    public IReadOnlyList<PlannedFeature> Features { get; }

    /// <summary>For each task definition, the columns of its key.</summary>
    public IReadOnlyList<IReadOnlyList<string>> TaskKeys { get; }

    /// <summary>For each history feature, the columns of its key; a categorical <see cref="HistoryFeature.PerValueOf"/> is one more of them.</summary>
    public IReadOnlyList<IReadOnlyList<string>> HistoryKeys { get; }

    /// <summary>The multi-valued column that a history feature averages over, or null.</summary>
    public string? ValuesOf(HistoryFeature feature) =>
        Features.FirstOrDefault(candidate => candidate.Source.Name == feature.PerValueOf && candidate.Source is SourceMultiValuedFeature)?.Target;

    /// <summary>All columns of the interactions once the tables have joined.</summary>
    public IEnumerable<(string Target, int Table)> RowColumns() =>
        interactionCells.Select(cell => (cell.Target, -1)).Concat(Tables.SelectMany((table, index) => table.JoinedCells.Select(cell => (cell.Target, index))));

    private IReadOnlyList<string> HistoryKey(HistoryFeature feature)
    {
        var keys = feature.By.Select(key => AddKey(key, $"history '{feature.Name}'", null)).ToList();
        var perValue = Features.FirstOrDefault(candidate => candidate.Source.Name == feature.PerValueOf);
        if (perValue is { Source: SourceCategoricalFeature })
        {
            keys.Add(perValue.Target);
        }

        return keys;
    }

    private void AddInteractionCells()
    {
        var timestamp = Schema.Timestamp;
        interactionCells.Add(Cell.Time("ts", Interactions.Column(timestamp.Column, "timestamp"), timestamp.Unit, "timestamp"));
        interactionCells.Add(Cell.Label("label", Interactions.Column(Schema.Label.Column, "label"), Schema.Label));
        if (Schema.Weight is { } weight)
        {
            interactionCells.Add(Cell.Number("weight", Interactions.Column(weight, "weight"), "weight", nonNegative: true));
        }

        if (Schema.EventId is { } eventId)
        {
            interactionCells.Add(Cell.Text("event", Interactions.Column(eventId, "eventId"), "eventId", required: "an event id"));
        }
    }

    private void AddJoinCells(JoinedTable table, int index)
    {
        var usedBy = $"table '{table.Source.Name}'";
        var tableKeys = table.Source.TableKeys ?? table.Source.Keys;
        for (var key = 0; key < tableKeys.Count; key++)
        {
            var raw = table.Raw.Column(tableKeys[key], usedBy);
            table.KeyCells.Add(Cell.Text(string.Create(CultureInfo.InvariantCulture, $"j{key}"), raw, usedBy, required: "a value: the column is the table's key"));
            table.InteractionKeys.Add(AddText(-1, Interactions.Column(table.Source.Keys[key], usedBy), usedBy, null));
        }

        if (table.Source.Timestamp is { } timestamp)
        {
            table.TimeCell = Cell.Time("since", table.Raw.Column(timestamp.Column, usedBy), timestamp.Unit, usedBy);
        }
    }

    private PlannedFeature AddFeature(SourceFeature feature, int index)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"f{index}");
        var usedBy = $"feature '{feature.Name}'";
        var (table, column) = Resolve(feature.Column ?? feature.Name, usedBy);
        var cell = feature switch
        {
            SourceDenseFeature dense => Cell.Number(target, column, usedBy, dense.Missing, dense.Transform == DenseTransform.Log1p),
            SourceCategoricalFeature categorical => Cell.Category(target, column, categorical, usedBy),
            SourceMultiValuedFeature multiValued => Cell.Categories(target, column, multiValued, usedBy),
            SourceVectorFeature vector => Cell.Numbers(target, column, vector, usedBy),
            _ => throw new InvalidInputException(usedBy, feature.GetType().Name, "dense, categorical, multiValued or vector"),
        };
        CellsOf(table).Add(cell);
        return new PlannedFeature(feature, target, table);
    }

    private string AddKey(string name, string usedBy, string? required)
    {
        var (table, column) = Resolve(name, usedBy);
        return AddText(table, column, usedBy, required);
    }

    private string AddText(int table, RawColumn column, string usedBy, string? required)
    {
        if (!texts.TryGetValue((table, column.Name), out var target))
        {
            target = string.Create(CultureInfo.InvariantCulture, $"t{texts.Count}");
            texts.Add((table, column.Name), target);
            CellsOf(table).Add(Cell.Text(target, column, usedBy));
        }

        var index = CellsOf(table).FindIndex(cell => cell.Target == target);
        if (required is not null && CellsOf(table)[index].Faults.Count == 0)
        {
            CellsOf(table)[index] = Cell.Text(target, column, usedBy, required: required);
        }

        return target;
    }

    private List<Cell> CellsOf(int table) => table < 0 ? interactionCells : Tables[table].JoinedCells;

    private (int Table, RawColumn Column) Resolve(string name, string usedBy)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        for (var index = 0; dot > 0 && index < Tables.Count; index++)
        {
            if (name.AsSpan(0, dot).SequenceEqual(Tables[index].Source.Name))
            {
                return (index, Tables[index].Raw.Column(name[(dot + 1)..], usedBy));
            }
        }

        return (-1, Interactions.Column(name, usedBy));
    }
}

/// <summary>A feature and its column in the engine; <paramref name="Table"/> is −1 for the interactions.</summary>
internal sealed record PlannedFeature(SourceFeature Source, string Target, int Table);

/// <summary>A table to join: <c>j0…</c> are its keys, <c>since</c> its time.</summary>
internal sealed record JoinedTable(SourceTable Source, RawTable Raw, string Name)
{
    public List<Cell> KeyCells { get; } = [];

    /// <summary>The interactions' columns for <see cref="KeyCells"/>.</summary>
    public List<string> InteractionKeys { get; } = [];

    public Cell? TimeCell { get; set; }

    /// <summary>Cells that the interactions get.</summary>
    public List<Cell> JoinedCells { get; } = [];

    public IEnumerable<Cell> Cells => [.. KeyCells, .. TimeCell is null ? [] : new[] { TimeCell }, .. JoinedCells];
}
