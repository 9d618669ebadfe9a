using LiMaml.Models;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Reads messages into the form in which windows keep them, and checks them. Protobuf messages are copied value by value,
/// without an object for each; all others, and those that are unusual, are read by their format first. For one thread at a time.
/// </summary>
public sealed class EventEncoder
{
    private readonly IEventFormat format;
    private readonly EventSchema schema;
    private readonly TimeSpan maxFutureSkew;
    private readonly TimeProvider clock;
    private readonly TaskColumns tasks;
    private readonly InteractionCopy? copy;
    private long latest; // asking the clock for each event would cost as much as copying it

    /// <summary>An encoder of one schema's events.</summary>
    /// <param name="format">The written form of messages, of the same schema.</param>
    /// <param name="schema">The schema of events.</param>
    /// <param name="options">Which tasks to keep windows of, and how far ahead of the clock events may be.</param>
    /// <param name="clock">For events from the future.</param>
    /// <exception cref="InvalidInputException">The schema lacks a task definition that the options name.</exception>
    public EventEncoder(IEventFormat format, EventSchema schema, WindowOptions options, TimeProvider clock)
    {
        (this.format, this.schema, this.clock) = (format, schema, clock);
        maxFutureSkew = options.MaxFutureSkew;
        tasks = new TaskColumns(schema.Dataset, options.Tasks);
        copy = format is ProtobufEventFormat ? new InteractionCopy(schema, tasks) : null;
    }

    /// <summary>Appends the event of a message.</summary>
    /// <param name="payload">The message's value.</param>
    /// <param name="headers">The message's headers.</param>
    /// <param name="target">Is as before where the event is rejected.</param>
    /// <exception cref="EventRejectedException">It can't be read, or is not valid.</exception>
    public void Encode(ReadOnlySpan<byte> payload, EventHeaders headers, EncodedEvents target)
    {
        if (copy is not null && copy.TryAppend(payload, latest, target))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var before = latest;
        latest = EventValidation.Latest(now, maxFutureSkew);
        if (copy is not null && latest > before && copy.TryAppend(payload, latest, target))
        {
            return;
        }

        var interaction = format.Read(payload, headers);
        schema.Validate(interaction, now, maxFutureSkew);
        Append(interaction, schema.Layout, tasks, target);
    }

    /// <summary>Appends an event.</summary>
    /// <exception cref="InvalidInputException">It is not valid under the layout.</exception>
    internal static void Append(InteractionEvent interaction, EventLayout layout, TaskColumns tasks, EncodedEvents target)
    {
        try
        {
            var bytes = target.Begin();
            if (tasks.Write(interaction, bytes))
            {
                Journal.WriteSample(interaction, layout, bytes);
            }
            else
            {
                target.Drop();
            }

            target.End(interaction.EventTime, layout);
        }
        catch
        {
            target.Drop();
            throw;
        }
    }
}
