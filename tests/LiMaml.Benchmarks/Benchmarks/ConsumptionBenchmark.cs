using System.Diagnostics.Metrics;
using System.Text;
using Confluent.Kafka;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Broker;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>What keeping windows durably costs beyond reading and deserialising the events.</summary>
internal sealed class ConsumptionBenchmark : TimedBenchmark
{
    private const string Topic = "events";
    private const int Events = 240_000;
    private const int Partitions = 12;
    private const int Members = 20_000;
    private readonly EventSchema schema = EventSchema.For(Schema);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("limaml-benchmark-");
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private EmbeddedBroker? broker;
    private int run;

    internal override string Name => "consumption";

    internal override string Description =>
        $"{Events} events of {Members} members in {Partitions} partitions of the embedded broker, in Protobuf, 15 features: a Confluent.Kafka consumer that only deserialises them, "
        + "and the worker's consumption into windows of 256 samples in RocksDB, starting from an empty disk. Joining the group is included in both.";

    internal override IReadOnlyList<Variant> Prepare(int threads)
    {
        broker = EmbeddedBroker.Start();
        broker.CreateTopic(Topic, Partitions);
        Send(broker.BootstrapServers);
        return [new Variant("bare consumer", ReadAll) { Events = Events }, new Variant("into windows", ConsumeAll) { Events = Events }];
    }

    public override void Dispose()
    {
        broker?.Dispose();
        services.Dispose();
        folder.Delete(recursive: true);
        base.Dispose();
    }

    private static DatasetSchema Schema { get; } = new(
        DatasetSchema.CurrentFormatVersion,
        "events",
        LabelKind.Binary,
        [
            .. Enumerable.Range(0, 8).Select(number => new DenseFeature($"dense{number}")),
            .. Enumerable.Range(0, 5).Select(number => new CategoricalFeature($"category{number}", ["a", "b"])),
            new MultiValuedFeature("genres", ["x", "y"], null, 4),
            new VectorFeature("taste", 8),
        ],
        [new TaskDefinition("member", ["member"], ["dense0"])]);

    private static InteractionEvent Event(int number)
    {
        var random = new Random(number);
        return new InteractionEvent
        {
            EventId = $"event-{number}",
            Keys = new Dictionary<string, string> { ["member"] = $"member-{random.Next(Members)}" },
            EventTime = 1_700_000_000_000_000 + (number * 1000L),
            Label = random.Next(2),
            Features = Schema.Features.ToDictionary(feature => feature.Name, feature => Value(feature, random)),
        };
    }

    private static FeatureValue Value(Feature feature, Random random) => feature switch
    {
        CategoricalFeature => new FeatureValue.Category($"word{random.Next(100)}"),
        MultiValuedFeature => new FeatureValue.Categories(["x", "y"]),
        VectorFeature vector => new FeatureValue.Vector(Enumerable.Range(0, vector.Length).Select(_ => random.NextSingle()).ToArray()),
        _ => new FeatureValue.Number(random.NextSingle()),
    };

    private void Send(string bootstrapServers)
    {
        var format = new ProtobufEventFormat(schema);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = bootstrapServers, LingerMs = 20, QueueBufferingMaxMessages = 2 * Events }).Build();
        for (var number = 0; number < Events; number++)
        {
            var interaction = Event(number);
            producer.Produce(Topic, new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(interaction.Keys["member"]), Value = format.Write(interaction, out _) });
        }

        producer.Flush();
    }

    private void ReadAll()
    {
        using var consumer = new ConsumerBuilder<byte[]?, Arrival>(ClientSettings.Consumer(Options()))
            .SetValueDeserializer(new EventReader(new ProtobufEventFormat(schema), schema, TimeSpan.FromDays(1), TimeProvider.System))
            .Build();
        consumer.Subscribe(Topic);
        for (var read = 0; read < Events;)
        {
            read += consumer.Consume(TimeSpan.FromMilliseconds(100)) is null ? 0 : 1;
        }

        consumer.Close();
    }

    private void ConsumeAll()
    {
        using var consumption = new Consumption(
            Options(), new WindowOptions(), Path.Combine(folder.FullName, $"run-{run}"), schema, services.GetRequiredService<IMeterFactory>(), TimeProvider.System, NullLoggerFactory.Instance);
        consumption.Start();
        while (consumption.Status.Records < Events)
        {
            Thread.Sleep(1);
        }

        consumption.StopAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
    }

    private KafkaOptions Options() => new() { BootstrapServers = broker!.BootstrapServers, Topic = Topic, Format = "protobuf", GroupId = $"run-{++run}" };
}
