using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>Made-up events with duplicates and disorder, and the windows that the set of them has.</summary>
internal static class StreamEvents
{
    public static DatasetSchema Schema { get; } = new(
        DatasetSchema.CurrentFormatVersion,
        "stream",
        LabelKind.Binary,
        [new DenseFeature("price"), new CategoricalFeature("item", ["a", "b", "c"]), new VectorFeature("taste", 4)],
        [new TaskDefinition("member", ["member"], ["price", "item"])]);

    public static WindowOptions Windows { get; } = new() { Capacity = 16, MaxAge = TimeSpan.FromDays(30) };

    /// <summary>Event time of the first event.</summary>
    public static DateTimeOffset Start { get; } = new(2024, 5, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Event number <paramref name="number"/> of a stream: one a second, some of them hours late.</summary>
    public static InteractionEvent Event(int number, int members = 50)
    {
        var random = new Random(number);
        var time = Start.AddSeconds(number - (random.Next(10) == 0 ? random.Next(20_000) : 0));
        return new InteractionEvent
        {
            EventId = $"e{number}",
            Keys = new Dictionary<string, string> { ["member"] = $"m{random.Next(members)}" },
            EventTime = (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
            Label = random.Next(2),
            Features = new Dictionary<string, FeatureValue>
            {
                ["price"] = new FeatureValue.Number(random.Next(1000) / 8f),
                ["item"] = new FeatureValue.Category("abcd"[random.Next(4)].ToString()),
                ["taste"] = new FeatureValue.Vector(Enumerable.Range(0, 4).Select(_ => random.NextSingle()).ToArray()),
            },
        };
    }

    /// <summary>Numbers of events as they are sent: each once, in places out of order, and a tenth of them again later.</summary>
    public static IReadOnlyList<int> Sent(int count, int seed)
    {
        var random = new Random(seed);
        var sent = Enumerable.Range(0, count).Select(number => (number, place: (double)number))
            .Concat(Enumerable.Range(0, count / 10).Select(_ => random.Next(count)).Select(number => (number, place: number + (random.NextDouble() * 500))))
            .Select(one => (one.number, place: one.place + (random.NextDouble() * 20)));
        return [.. sent.OrderBy(one => one.place).Select(one => one.number)];
    }

    /// <summary>The export of windows that <paramref name="events"/> alone make.</summary>
    public static byte[] Export(string folder, IEnumerable<InteractionEvent> events)
    {
        using var store = WindowStore.Open(folder, EventSchema.For(Schema), Windows);
        foreach (var (index, batch) in events.Chunk(1000).Index())
        {
            store.Apply(batch, index + 1);
        }

        return Export(store);
    }

    /// <summary>The export of what a store in <paramref name="folder"/> has.</summary>
    public static byte[] Export(string folder)
    {
        using var store = WindowStore.Open(folder, EventSchema.For(Schema), Windows);
        return Export(store);
    }

    private static byte[] Export(WindowStore store)
    {
        using var stream = new MemoryStream();
        store.Export(stream);
        return stream.ToArray();
    }
}
