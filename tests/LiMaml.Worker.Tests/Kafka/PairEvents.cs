using System.Text;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>The made-up events of <see cref="StreamEvents"/>, each at a shop, too: members and shops meet.</summary>
internal static class PairEvents
{
    public static DatasetSchema Schema { get; } = StreamEvents.Schema with { Tasks = [.. StreamEvents.Schema.Tasks, new TaskDefinition("shop", ["shop"], ["price"])] };

    public static IReadOnlyList<string> Tasks { get; } = ["member", "shop"];

    /// <summary>Event number <paramref name="number"/>; every seventh has no shop.</summary>
    public static InteractionEvent Event(int number)
    {
        var one = StreamEvents.Event(number);
        return number % 7 == 0 ? one : one with { Keys = new Dictionary<string, string>(one.Keys) { ["shop"] = $"s{number * 31 % 40}" } };
    }

    /// <summary>The windows of a definition that a set of events has, a line each, in order.</summary>
    public static IReadOnlyList<string> Expected(string folder, string task, IReadOnlyList<InteractionEvent> events)
    {
        using (var store = WindowStore.Open(folder, EventSchema.For(Schema), StreamEvents.Windows with { Tasks = [task] }))
        {
            store.Apply(events, events.Count);
        }

        return [.. Export(folder).Order(StringComparer.Ordinal)];
    }

    /// <summary>The windows of a store, a line each.</summary>
    public static IReadOnlyList<string> Export(string folder)
    {
        using var store = WindowStore.Open(folder, EventSchema.For(Schema), StreamEvents.Windows);
        using var stream = new MemoryStream();
        store.Export(stream);
        return Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
