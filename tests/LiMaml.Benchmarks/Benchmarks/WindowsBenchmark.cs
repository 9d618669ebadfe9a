using System.Globalization;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>What keeping windows durably costs, beside reading the events.</summary>
internal sealed class WindowsBenchmark : TimedBenchmark
{
    private const int RunEvents = 200_000;
    private const int RunCount = 10;
    private const int BatchEvents = 1000;
    private const int MemberCount = 20_000;
    private const long EventGap = 20_000; // µs: a run is an hour and some

    private static readonly DatasetSchema Dataset = new(
        DatasetSchema.CurrentFormatVersion,
        "events",
        LabelKind.Binary,
        [
            .. Enumerable.Range(0, 8).Select(number => new DenseFeature($"number{number}")),
            .. Enumerable.Range(0, 5).Select(number => new CategoricalFeature($"category{number}", HashBuckets: 1000)),
            .. Enumerable.Range(0, 2).Select(number => new MultiValuedFeature($"set{number}", null, 1000, 4)),
            new VectorFeature("vector", 8),
        ],
        [new TaskDefinition("member", ["member_id"], ["number0"])]);

    private readonly EventSchema schema = EventSchema.For(Dataset);
    private readonly List<IDisposable> stores = [];

    internal override string Name => "windows";

    internal override string Description =>
        string.Create(CultureInfo.InvariantCulture, $"{RunEvents:N0} new events of {MemberCount:N0} members in batches of {BatchEvents:N0}, 16 features each: read, and read, checked and applied to a window store on local disk (128 samples a member), which is opened anew after every {RunCount} runs.");

    internal override IReadOnlyList<Variant> Prepare(int threads) => [.. Variants(new ProtobufEventFormat(schema)), .. Variants(new JsonEventFormat(schema))];

    public override void Dispose()
    {
        stores.ForEach(store => store.Dispose());
        base.Dispose();
    }

    private IEnumerable<Variant> Variants(IEventFormat format)
    {
        var runs = Enumerable.Range(0, RunCount).Select(run => Payloads(format, run)).ToList();
        var applied = new Applied(schema, format, runs);
        stores.Add(applied);
        var bytes = runs[0].Average(payload => payload.Length);
        yield return new Variant(string.Create(CultureInfo.InvariantCulture, $"{format.Name} ({bytes:F0} bytes) read"), () => Read(format, runs[0])) { Events = RunEvents };
        yield return new Variant($"{format.Name} read and applied", applied.Run) { Events = RunEvents };
    }

    private static void Read(IEventFormat format, byte[][] payloads)
    {
        foreach (var payload in payloads)
        {
            format.Read(payload, EventHeaders.None);
        }
    }

    private static byte[][] Payloads(IEventFormat format, int run)
    {
        var random = new Random(run);
        return [.. Enumerable.Range(run * RunEvents, RunEvents).Select(number => format.Write(Event(number, random), out _))];
    }

    private static InteractionEvent Event(int number, Random random) => new()
    {
        Keys = new Dictionary<string, string> { ["member_id"] = string.Create(CultureInfo.InvariantCulture, $"member{random.Next(MemberCount)}") },
        EventTime = 1_767_607_200_000_000 + (number * EventGap),
        Label = random.Next(2),
        EventId = string.Create(CultureInfo.InvariantCulture, $"event{number:D9}"),
        Features = Dataset.Features.ToDictionary(feature => feature.Name, feature => Value(feature, random)),
    };

    private static FeatureValue Value(Feature feature, Random random) => feature switch
    {
        DenseFeature => new FeatureValue.Number(random.NextSingle()),
        CategoricalFeature => new FeatureValue.Category(Word(random)),
        MultiValuedFeature => new FeatureValue.Categories([Word(random), Word(random)]),
        _ => new FeatureValue.Vector(Enumerable.Range(0, 8).Select(_ => random.NextSingle()).ToArray()),
    };

    private static string Word(Random random) => string.Create(CultureInfo.InvariantCulture, $"word{random.Next(1000)}");

    /// <summary>A store that takes up one run after the other.</summary>
    private sealed class Applied(EventSchema schema, IEventFormat format, List<byte[][]> runs) : IDisposable
    {
        private static readonly WindowOptions Options = new() { Capacity = 128 };
        private readonly EventEncoder encoder = new(format, schema, Options, TimeProvider.System);
        private readonly EncodedEvents events = new();
        private readonly string folder = Directory.CreateTempSubdirectory("limaml-benchmark-").FullName;
        private WindowStore? store;
        private int next;

        public void Run()
        {
            if (next % runs.Count == 0)
            {
                Close();
                store = WindowStore.Open(Path.Combine(folder, "store"), schema, Options);
            }

            foreach (var batch in runs[next++ % runs.Count].Chunk(BatchEvents))
            {
                events.Clear();
                foreach (var payload in batch)
                {
                    encoder.Encode(payload, EventHeaders.None, events);
                }

                store!.Apply(events, 0);
            }
        }

        public void Dispose()
        {
            Close();
            Directory.Delete(folder, recursive: true);
        }

        private void Close()
        {
            store?.Dispose();
            store = null;
            if (Directory.Exists(Path.Combine(folder, "store")))
            {
                Directory.Delete(Path.Combine(folder, "store"), recursive: true);
            }
        }
    }
}
