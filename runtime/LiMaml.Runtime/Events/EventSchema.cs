using LiMaml.Models.Schemas;

namespace LiMaml.Runtime.Events;

/// <summary>What events of a model look like: key columns, label, and features by name and kind. Immutable, hence thread-safe.</summary>
public sealed class EventSchema
{
    private EventSchema(DatasetSchema dataset)
    {
        Dataset = dataset;
        Hash = "";
        KeyColumns = [];
    }

    /// <summary>The schema that this was made of.</summary>
    public DatasetSchema Dataset { get; }

    /// <summary>
    /// 32 hexadecimal digits: what producers and consumers must agree on, i.e. key columns, label, names and kinds of
    /// features and lengths of vectors. Vocabularies, transforms and the order of features do not count.
    /// </summary>
    public string Hash { get; }

    /// <summary>The key columns of all task definitions, each once, in ordinal order.</summary>
    public IReadOnlyList<string> KeyColumns { get; }

    /// <summary>The events of a model with <paramref name="schema"/>.</summary>
    public static EventSchema For(DatasetSchema schema) => new(schema);

    /// <summary>Checks an event's values.</summary>
    /// <param name="interaction">The event.</param>
    /// <param name="now">The clock.</param>
    /// <param name="maxFutureSkew">How far ahead of the clock its time may be.</param>
    /// <exception cref="EventRejectedException">The first fault found.</exception>
    public void Validate(InteractionEvent interaction, DateTimeOffset now, TimeSpan maxFutureSkew) => throw new NotImplementedException();

    /// <summary>The key (<see cref="Models.Datasets.TaskKey"/> form) of the task that <paramref name="interaction"/> belongs to.</summary>
    /// <param name="interaction">A valid event.</param>
    /// <param name="task">Name of a task definition.</param>
    public string KeyOf(InteractionEvent interaction, string task) => throw new NotImplementedException();
}
