using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Confluent.Kafka;
using LiMaml.Benchmarks.Streaming;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Events.Wire;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Broker;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>What keeping durable windows costs a consumer that would otherwise only deserialise.</summary>
internal sealed class ConsumeBenchmark : Benchmark
{
    private const int Partitions = 16;
    private const int PerPartition = 30_000; // the embedded broker drops what is beyond 5 MB
    private const int Events = Partitions * PerPartition;
    private const int Members = 20_000;
    private const int JournalBytes = 1 << 20; // the partitions are small: sorted into windows some four times each, as often for a member as with the default and twenty times the members
    private const int First = 4096; // counted from here on: joining a group is not consumption
    private readonly Lazy<DirectoryInfo> folder = new(() => Directory.CreateTempSubdirectory("limaml-benchmark-"));
    private readonly Lazy<EmbeddedBroker> broker = new(() => EmbeddedBroker.Start());
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ProtobufEventFormat format = new(StreamedModel.Events);
    private int runs;

    internal override string Name => "consume";

    internal override string Description =>
        $"{Events} events of {Members} members in Protobuf, in {Partitions} partitions of the embedded broker, which runs in the same process: read by a loop around Confluent.Kafka's consumer that only parses them, "
        + $"by one that makes events of them, and by the worker's consumption, which checks them and keeps durable windows (Windows:JournalBytes is {JournalBytes}, so that the small partitions are sorted into windows several times). Counted from record 4096 to the last.";

    internal override string Run(AlternatingRunner runner)
    {
        Produce();
        (string Name, Func<Rate> Run)[] variants =
        [
            ("bare loop, messages parsed", () => Bare(new Parsing<Interaction>(Interaction.Parser.ParseFrom))),
            ("bare loop, events made", () => Bare(new Parsing<InteractionEvent>(data => format.Read(data, EventHeaders.None)))),
            ("worker, durable windows", Worker),
        ];
        var rates = variants.Select(_ => new Rate[runner.Rounds]).ToArray();
        for (var round = -runner.WarmUpRounds; round < runner.Rounds; round++)
        {
            for (var variant = 0; variant < variants.Length; variant++)
            {
                var rate = variants[variant].Run();
                if (round >= 0)
                {
                    rates[variant][round] = rate;
                }
            }
        }

        return Report([.. variants.Select(variant => variant.Name)], rates);
    }

    public override void Dispose()
    {
        Dispose(broker);
        services.Dispose();
        if (folder.IsValueCreated)
        {
            folder.Value.Delete(recursive: true);
        }

        base.Dispose();
    }

    private string Report(string[] names, Rate[][] rates)
    {
        var rows = names.Select((name, variant) => string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {Format(rates[variant].Select(rate => rate.PerSecond), "F0")} | {Format(rates[variant].Select((rate, round) => rate.PerSecond / rates[0][round].PerSecond), "F2")} | {Format(rates[variant].Select(rate => rate.ProcessorMicroseconds), "F1")} |"));
        return $"""
            ## {Name}

            {Description}

            | Variant | Events/s | Ratio to the first | Processor µs/event, broker included |
            |---|---|---|---|
            {string.Join('\n', rows)}

            """;
    }

    private static string Format(IEnumerable<double> values, string format)
    {
        var spread = Spread.Of([.. values]);
        return string.Create(CultureInfo.InvariantCulture, $"{spread.Median.ToString(format, CultureInfo.InvariantCulture)} ({spread.Minimum.ToString(format, CultureInfo.InvariantCulture)}–{spread.Maximum.ToString(format, CultureInfo.InvariantCulture)})");
    }

    private void Produce()
    {
        broker.Value.CreateTopic(StreamedModel.Topic, Partitions);
        using var source = new EventSource(broker.Value.BootstrapServers, Partitions);
        var random = new Random(1);
        for (var number = 0; number < Events; number++)
        {
            // Partitions in turn, members within them by chance.
            var member = (random.Next(Members / Partitions) * Partitions) + (number % Partitions);
            source.Send(member, StreamedModel.Event(random, StreamedModel.Member(member), StreamedModel.Microseconds(DateTimeOffset.UnixEpoch.AddDays(20_000)) + (number * 1000L)));
        }

        source.Flush();
    }

    private KafkaOptions Options() => new()
    {
        BootstrapServers = broker.Value.BootstrapServers,
        Topic = StreamedModel.Topic,
        GroupId = $"run-{runs++}",
        Format = "protobuf",
        SessionTimeout = TimeSpan.FromSeconds(6),
    };

    private Rate Bare<T>(IDeserializer<T> deserializer)
    {
        using var consumer = new ConsumerBuilder<Ignore, T>(ClientSettings.Consumer(Options())).SetValueDeserializer(deserializer).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe(StreamedModel.Topic);
        Take(consumer, First);
        var clock = new Clock(First);
        Take(consumer, Events - First);
        var rate = clock.Rate();
        consumer.Close();
        return rate;
    }

    private static void Take<T>(IConsumer<Ignore, T> consumer, int count)
    {
        for (var taken = 0; taken < count; taken++)
        {
            _ = consumer.Consume(TimeSpan.FromMinutes(1)) ?? throw new TimeoutException("the broker gave fewer events than it was given");
        }
    }

    private Rate Worker()
    {
        var options = Options();
        var state = Path.Combine(folder.Value.FullName, options.GroupId);
        using var consumption = new Consumption(options, new WindowOptions { JournalBytes = JournalBytes }, state, StreamedModel.Events, [], services.GetRequiredService<IMeterFactory>(), TimeProvider.System, NullLoggerFactory.Instance);
        consumption.Start();
        Await(consumption, First);
        var clock = new Clock(consumption.Status.Records);
        Await(consumption, Events);
        var rate = clock.Rate();
        var kept = consumption.Stores.Open.Sum(windows => windows.Try(store => store.Counts)!.Consumed);
        consumption.Dispose();
        Directory.Delete(state, recursive: true);
        return kept == Events ? rate : throw new InvalidOperationException($"{kept} of {Events} events were taken up");
    }

    private static void Await(Consumption consumption, long records)
    {
        for (var waited = Stopwatch.StartNew(); consumption.Status.Records < records; Thread.Sleep(1))
        {
            if (waited.Elapsed > TimeSpan.FromMinutes(2))
            {
                throw new TimeoutException($"{consumption.Status.Records} of {records} records after two minutes. {consumption.Status.Trouble}");
            }
        }
    }

    /// <summary>How fast a run was.</summary>
    private readonly record struct Rate(double PerSecond, double ProcessorMicroseconds);

    /// <summary>Begins when it is made, after so many events.</summary>
    private sealed class Clock(long after)
    {
        private readonly long start = Stopwatch.GetTimestamp();
        private readonly TimeSpan used = Environment.CpuUsage.TotalTime;

        public Rate Rate() => new((Events - after) / Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / (Events - after));
    }

    private delegate T Reading<T>(ReadOnlySpan<byte> data);

    private sealed class Parsing<T>(Reading<T> read) : IDeserializer<T>
    {
        public T Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => read(data);
    }
}
