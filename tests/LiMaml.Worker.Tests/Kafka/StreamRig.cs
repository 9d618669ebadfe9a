using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Confluent.Kafka;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Broker;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>A broker, embedded or not, with a topic of events, and workers' consumption on it.</summary>
internal sealed class StreamRig : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly EmbeddedBroker? embedded;
    private readonly string address;
    private readonly string group;
    private readonly IProducer<byte[]?, byte[]?> producer;
    private readonly int[] produced;

    /// <summary>On an embedded broker of its own.</summary>
    public StreamRig(int partitions = 2)
        : this(EmbeddedBroker.Start(), partitions)
    {
    }

    /// <summary>On a broker elsewhere, which has the topic or will have it.</summary>
    public StreamRig(string address, string topic, string group, int partitions)
    {
        (this.address, this.group, Topic) = (address, group, topic);
        produced = new int[partitions];
        producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = address, LingerMs = 1, RetryBackoffMs = 20, ReconnectBackoffMs = 20 })
            .SetLogHandler((_, _) => { }).Build();
    }

    private StreamRig(EmbeddedBroker broker, int partitions)
        : this(broker.BootstrapServers, "events", "limaml", partitions)
    {
        embedded = broker;
        broker.CreateTopic(Topic, partitions);
        broker.CreateTopic(Topic + ".dead-letters", 1);
    }

    /// <summary>The embedded broker, where there is one.</summary>
    public EmbeddedBroker Broker => embedded!;

    public string Topic { get; }

    public TestFolder Folder { get; } = new();

    public RecordingLoggers Log { get; } = new();

    public int Partitions => produced.Length;

    /// <summary>Records sent to each partition.</summary>
    public IReadOnlyList<long> Produced => [.. produced.Select(count => (long)count)];

    public EventSchema Schema { get; } = EventSchema.For(StreamEvents.Schema);

    public KafkaOptions Options => new()
    {
        BootstrapServers = address,
        Topic = Topic,
        GroupId = group,
        BatchRecords = 200,
        RetryDelay = TimeSpan.FromMilliseconds(50),
        SessionTimeout = TimeSpan.FromSeconds(6),
        Properties = new Dictionary<string, string> { ["topic.metadata.refresh.interval.ms"] = "500" },
    };

    /// <summary>Consumption with its stores in a folder of the rig; not started.</summary>
    public Consumption Consumption(string state = "state", KafkaOptions? options = null, TimeProvider? clock = null) => new(
        options ?? Options, StreamEvents.Windows, Folder[state], Schema, [], services.GetRequiredService<IMeterFactory>(), clock ?? TimeProvider.System, Log);

    /// <summary>Consumption for a model of members and shops, re-keyed to a topic of each; not started.</summary>
    public Consumption PairConsumption(string state = "state", KafkaOptions? options = null) => new(
        options ?? Options, StreamEvents.Windows, Folder[state], EventSchema.For(PairEvents.Schema), [], services.GetRequiredService<IMeterFactory>(), TimeProvider.System, Log, PairEvents.Tasks);

    /// <summary>Makes the topics of members and shops, and gives back their names.</summary>
    public IReadOnlyList<string> CreatePairTopics()
    {
        string[] topics = [.. PairEvents.Tasks.Select(task => $"{Topic}.{task}")];
        Array.ForEach(topics, topic => Broker.CreateTopic(topic, Partitions));
        return topics;
    }

    /// <summary>Sends events of pairs, by their number and not by any task.</summary>
    public void SendPairs(IEnumerable<int> numbers)
    {
        var format = new JsonEventFormat(EventSchema.For(PairEvents.Schema));
        foreach (var number in numbers)
        {
            Send(number % Partitions, format.Write(PairEvents.Event(number), out _), $"{number}");
        }

        Flush();
    }

    /// <summary>Asserts that the stores in some folders have, each definition in those of its topic, exactly the windows of these events.</summary>
    public void AssertPairWindows(IEnumerable<InteractionEvent> events, params string[] states)
    {
        InteractionEvent[] all = [.. events];
        foreach (var task in PairEvents.Tasks)
        {
            var found = states.SelectMany(state => Directory.EnumerateDirectories(Folder[state], $"{Topic}.{task}-*")).SelectMany(PairEvents.Export).Distinct().Order(StringComparer.Ordinal);
            Assert.Equal(PairEvents.Expected(Folder[$"expected-{Guid.NewGuid():N}"], task, all), found);
        }

        Assert.All(states, state => Assert.Empty(Directory.EnumerateDirectories(Folder[state], $"{Topic}-*")));
    }

    /// <summary>Sends events, each task's to one partition.</summary>
    public void Send(IEnumerable<InteractionEvent> events, IEventFormat? format = null, DateTimeOffset? time = null)
    {
        format ??= new JsonEventFormat(Schema);
        foreach (var interaction in events)
        {
            Send(PartitionOf(interaction), format.Write(interaction, out _), interaction.Keys["member"], time: time);
        }

        producer.Flush(Deadline);
    }

    public void Send(int partition, byte[]? value, string? key = null, Headers? headers = null, DateTimeOffset? time = null)
    {
        var message = new Message<byte[]?, byte[]?> { Key = key is null ? null : Encoding.UTF8.GetBytes(key), Value = value, Headers = headers };
        message.Timestamp = time is { } moment ? new Timestamp(moment) : Timestamp.Default;
        while (true)
        {
            try
            {
                producer.Produce(new TopicPartition(Topic, partition), message, report => Assert.False(report.Error.IsError, report.Error.Reason));
                produced[partition]++;
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    public void Flush() => producer.Flush(Deadline);

    /// <summary>The partition of an event.</summary>
    public int PartitionOf(InteractionEvent interaction) => int.Parse(interaction.Keys["member"].AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) % Partitions;

    /// <summary>Waits until these workers together have taken up everything that was sent.</summary>
    public void AwaitAll(params Consumption[] workers) => Await(
        () => Enumerable.Range(0, Partitions).All(partition => workers.Any(worker => worker.Stores.Open.Any(windows => windows.Partition.Partition == partition && windows.NextOffset == produced[partition]))
            || produced[partition] == 0),
        () => "offsets " + string.Join(", ", workers.SelectMany(worker => worker.Stores.Open).Select(windows => $"{windows.Partition}: {windows.NextOffset} of {produced[windows.Partition.Partition]}")) + "\n" + Log);

    /// <summary>Waits until something holds.</summary>
    public static void Await(Func<bool> condition, Func<string>? failure = null)
    {
        for (var waited = Stopwatch.StartNew(); !condition(); Thread.Sleep(10))
        {
            Assert.True(waited.Elapsed < Deadline, failure?.Invoke() ?? "it did not come to pass in time");
        }
    }

    /// <summary>The dead letters, which must be this many.</summary>
    public IReadOnlyList<Message<byte[]?, byte[]?>> Letters(int count)
    {
        var letters = TopicReader.ReadAll(address, Options.DeadLetters);
        Assert.Equal(count, letters.Count);
        return letters;
    }

    /// <summary>The sum of the offsets that the group has.</summary>
    public long Committed()
    {
        using var reader = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = address, GroupId = group }).SetLogHandler((_, _) => { }).Build();
        return reader.Committed(Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Topic, partition)), Deadline).Sum(offset => Math.Max(0, offset.Offset.Value));
    }

    /// <summary>Asserts that the stores in a folder have exactly the windows of these events; all partitions' or some.</summary>
    public void AssertWindows(IEnumerable<InteractionEvent> events, string state = "state", IEnumerable<int>? partitions = null)
    {
        var byPartition = events.ToLookup(PartitionOf);
        foreach (var partition in partitions ?? Enumerable.Range(0, Partitions))
        {
            var expected = StreamEvents.Export(Folder[$"expected-{Guid.NewGuid():N}"], byPartition[partition]);
            var found = StreamEvents.Export(Path.Combine(Folder[state], $"{Topic}-{partition}"));
            Assert.True(found.AsSpan().SequenceEqual(expected), $"partition {partition}: {found.Length} bytes instead of {expected.Length}\n{Log}");
        }
    }

    public void Dispose()
    {
        producer.Dispose();
        embedded?.Dispose();
        services.Dispose();
        Folder.Dispose();
    }
}
