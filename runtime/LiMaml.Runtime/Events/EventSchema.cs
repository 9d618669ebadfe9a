using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Runtime.Events;

/// <summary>What events of a model look like: key columns, label, and features by name and kind. Immutable, hence thread-safe.</summary>
public sealed class EventSchema
{
    private readonly EventValidation validation;

    private EventSchema(DatasetSchema dataset)
    {
        Dataset = dataset;
        Layout = EventLayout.Of(dataset);
        validation = new EventValidation(dataset, Layout);
    }

    /// <summary>The schema that this was made of.</summary>
    public DatasetSchema Dataset { get; }

    /// <summary>
    /// 16 hexadecimal digits: what producers and consumers must agree on, i.e. key columns, label, names and kinds of
    /// features and lengths of vectors. Vocabularies, transforms and the order of features do not count.
    /// </summary>
    public string Hash => Layout.Hash;

    /// <summary>The key columns of all task definitions, each once, in the order of their UTF-8 bytes.</summary>
    public IReadOnlyList<string> KeyColumns => Layout.KeyColumns;

    /// <summary>Where an event's values stand.</summary>
    internal EventLayout Layout { get; }

    /// <summary>The events of a model with <paramref name="schema"/>.</summary>
    /// <exception cref="Models.InvalidInputException">The schema is inconsistent, or a key column's name has a line break.</exception>
    public static EventSchema For(DatasetSchema schema)
    {
        SchemaValidation.Validate(schema, $"schema '{schema.Name}'");
        if (schema.Tasks.SelectMany(task => task.Keys).FirstOrDefault(column => column.Contains('\n', StringComparison.Ordinal)) is { } broken)
        {
            throw new Models.InvalidInputException($"key column of schema '{schema.Name}'", $"'{broken}'", "a name without line breaks");
        }

        return new EventSchema(schema);
    }

    /// <summary>Checks an event's values.</summary>
    /// <param name="interaction">The event.</param>
    /// <param name="now">The clock.</param>
    /// <param name="maxFutureSkew">How far ahead of the clock its time may be.</param>
    /// <exception cref="EventRejectedException">The first fault found.</exception>
    public void Validate(InteractionEvent interaction, DateTimeOffset now, TimeSpan maxFutureSkew) => validation.Validate(interaction, now, maxFutureSkew);

    /// <summary>The key (<see cref="TaskKey"/> form) of the task that an event belongs to; null where it belongs to none of the definition.</summary>
    /// <param name="interaction">A valid event.</param>
    /// <param name="task">Name of a task definition.</param>
    /// <exception cref="Models.InvalidInputException">There is no such definition.</exception>
    public string? KeyOf(InteractionEvent interaction, string task)
    {
        var values = Dataset.Task(task).Keys.Select(column => interaction.Keys.GetValueOrDefault(column)).ToArray();
        return values.Contains(null) ? null : TaskKey.Join(values!);
    }
}
