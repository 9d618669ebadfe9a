using System.Text;
using Confluent.Kafka;
using LiMaml.Models;
using LiMaml.Runtime.Events;
using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>Events of a model with two task definitions, from one topic to one for each.</summary>
public sealed class RekeyingTests : IDisposable
{
    private const int Count = 3_000;
    private readonly StreamRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public void Run_EventsKeyedByNothing_KeepsTheWindowsOfBothDefinitions()
    {
        rig.CreatePairTopics();
        using (var worker = rig.PairConsumption())
        {
            worker.Start();
            rig.SendPairs(StreamEvents.Sent(Count, seed: 1));
            Await(worker);
        }

        rig.AssertPairWindows(Enumerable.Range(0, Count).Select(PairEvents.Event), "state");
        Assert.Equal(rig.Produced.Sum(), rig.Committed());
    }

    [Fact]
    public void Start_WhereOneDefinitionKeptTheSource_IsRefusedBeforeEventsAreSkipped()
    {
        rig.SendPairs(Enumerable.Range(0, 10));
        using (var one = rig.Consumption())
        {
            one.Start();
            StreamRig.Await(() => one.Stores.Open.Count > 0, () => $"{rig.Log}");
        }

        var fault = Assert.Throws<InvalidInputException>(() => rig.PairConsumption());

        Assert.Contains("found windows of the topic events itself", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Kafka:GroupId", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TwoWorkers_ShareThePartitionsOfAllTopics()
    {
        rig.CreatePairTopics();
        using (var first = rig.PairConsumption("state-0"))
        using (var second = rig.PairConsumption("state-1"))
        {
            first.Start();
            rig.SendPairs(StreamEvents.Sent(Count, seed: 2).Take(Count / 2));
            Await(first);
            second.Start();
            StreamRig.Await(() => second.Stores.All.Count > 0 && first.Stores.All.Count + second.Stores.All.Count == 6, () => $"{rig.Log}");
            rig.SendPairs(StreamEvents.Sent(Count, seed: 2).Skip(Count / 2));
            Await(first, second);
            Assert.NotEmpty(first.Stores.All);
            foreach (var worker in new[] { first, second })
            {
                // What a worker had before the other came is still in its folder.
                foreach (var moved in Directory.EnumerateDirectories(rig.Folder[worker == first ? "state-0" : "state-1"], $"{rig.Topic}.*-*")
                    .Where(folder => !worker.Stores.Open.Any(open => folder.EndsWith($"{open.Partition.Topic}-{open.Partition.Partition.Value}", StringComparison.Ordinal))))
                {
                    Directory.Delete(moved, recursive: true);
                }
            }
        }

        rig.AssertPairWindows(Enumerable.Range(0, Count).Select(PairEvents.Event), "state-0", "state-1");
    }

    [Fact]
    public void Run_AllOfTheSourceReadAgain_ChangesNothing()
    {
        rig.CreatePairTopics();
        rig.SendPairs(Enumerable.Range(0, Count));
        Run();

        // Another group knows nothing of what was relayed: all of it is, once more.
        Run(rig.Options with { GroupId = "another" });

        Assert.Equal(2 * Count, TopicReader.ReadAll(rig.Options.BootstrapServers, "events.member").Count);
        rig.AssertPairWindows(Enumerable.Range(0, Count).Select(PairEvents.Event), "state");
    }

    [Fact]
    public void Run_EventsWithoutId_CountOnceHoweverOftenTheyAreRelayed()
    {
        rig.CreatePairTopics();
        InteractionEvent[] events = [.. Enumerable.Range(1, 6).Select(number => PairEvents.Event(number) with { EventId = null })];
        var format = new JsonEventFormat(EventSchema.For(PairEvents.Schema));
        foreach (var (index, interaction) in events.Index())
        {
            rig.Send(index % 2, format.Write(interaction, out _));
        }

        rig.Flush();
        Run();
        Run(rig.Options with { GroupId = "another" });

        rig.AssertPairWindows(events, "state");
    }

    [Fact]
    public void Run_Record_KeepsValueHeadersAndTimeAndSaysWhereItCameFrom()
    {
        rig.CreatePairTopics();
        var interaction = PairEvents.Event(8);
        var value = new JsonEventFormat(EventSchema.For(PairEvents.Schema)).Write(interaction with { EventId = null }, out _);
        var time = new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);
        rig.Send(1, value, "whatever", new Headers { { "ce_id", Encoding.UTF8.GetBytes("from-outside") } }, time);
        rig.Flush();
        Run();

        foreach (var task in PairEvents.Tasks)
        {
            var record = Assert.Single(TopicReader.ReadAll(rig.Options.BootstrapServers, $"events.{task}"));
            Assert.Equal((interaction.Keys[task], time), (Encoding.UTF8.GetString(record.Key!), new DateTimeOffset(record.Timestamp.UtcDateTime)));
            Assert.Equal(value, record.Value);
            Assert.Equal(("from-outside", "events", "1", "0"), (TopicReader.Text(record, "ce_id"), TopicReader.Text(record, RecordHeaders.Topic), TopicReader.Text(record, RecordHeaders.Partition), TopicReader.Text(record, RecordHeaders.Offset)));
        }

        rig.AssertPairWindows([interaction with { EventId = "from-outside" }], "state");
    }

    [Fact]
    public void Run_NoEvents_BecomeDeadLettersOfTheFirstTopic()
    {
        rig.CreatePairTopics();
        rig.Send(0, Encoding.UTF8.GetBytes("{"), "broken");
        rig.SendPairs([0, 1, 2]);
        Run();

        var letter = Assert.Single(rig.Letters(1));
        Assert.Equal(("events", "0"), (TopicReader.Text(letter, RecordHeaders.Topic), TopicReader.Text(letter, RecordHeaders.Offset)));
        rig.AssertPairWindows(Enumerable.Range(0, 3).Select(PairEvents.Event), "state");
    }

    [Fact]
    public void Run_TopicsMissing_WaitsUntilTheyAreThere()
    {
        rig.SendPairs(Enumerable.Range(0, 100));
        using (var worker = rig.PairConsumption())
        {
            worker.Start();
            StreamRig.Await(() => worker.Status.Trouble?.Contains("events.member, events.shop do not exist", StringComparison.Ordinal) == true, () => $"{worker.Status.Trouble}\n{rig.Log}");
            rig.CreatePairTopics();
            Await(worker);
            Assert.Null(worker.Status.Trouble);
        }

        rig.AssertPairWindows(Enumerable.Range(0, 100).Select(PairEvents.Event), "state");
    }

    [Fact]
    public void Forget_Task_ErasesItFromItsOwnTopicsStores()
    {
        rig.CreatePairTopics();
        rig.SendPairs(Enumerable.Range(0, 500));
        using (var worker = rig.PairConsumption())
        {
            worker.Start();
            Await(worker);
            worker.Stores.Forget("shop", "s31");
        }

        var windows = Directory.EnumerateDirectories(rig.Folder["state"], "events.shop-*").SelectMany(PairEvents.Export).ToArray();
        Assert.Equal(39, windows.Length);
        Assert.DoesNotContain(windows, line => line.Contains("\"key\":\"s31\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no-place-for-the-task", "Kafka:TaskTopics: found 'no-place-for-the-task', expected a name with {task} in it")]
    public void Validate_TaskTopics_SaysWhatWouldBeAccepted(string name, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidInputException>((rig.Options with { TaskTopics = name }).Validate).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{task}", "events", "'events' for task definition 'events'")]
    [InlineData("of {task}", "shop", "'of shop' for task definition 'shop'")]
    public void Of_UnusableTopic_NamesItAndTheDefinition(string name, string task, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => TaskTopics.Of(rig.Options with { TaskTopics = name }, StreamEvents.Windows, [task, "other"])).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_OneDefinition_ReadsTheEventsTopicAlone()
    {
        var topics = TaskTopics.Of(rig.Options, StreamEvents.Windows, ["member"]);

        Assert.Equal(["events"], topics.All);
        Assert.False(topics.IsRekeyed("events"));
        Assert.Same(StreamEvents.Windows, topics.WindowsOf("events"));
    }

    private void Run(KafkaOptions? options = null)
    {
        using var worker = rig.PairConsumption(options: options);
        worker.Start();
        Await(worker);
    }

    // Everything relayed, and everything that was relayed taken up.
    private void Await(params Consumption[] workers)
    {
        bool Has(string topic, int partition, long offset) =>
            workers.Any(worker => worker.Stores.All.Any(assigned => assigned.Partition.Topic == topic && assigned.Partition.Partition == partition && (assigned.NextOffset ?? 0) == offset));
        StreamRig.Await(
            () => rig.Produced.Index().All(partition => Has("events", partition.Index, partition.Item)),
            () => string.Join(", ", workers.SelectMany(worker => worker.Stores.All).Select(assigned => $"{assigned.Partition}: {assigned.NextOffset}")) + $"\n{rig.Log}");
        using var reader = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = rig.Options.BootstrapServers, GroupId = "limaml-test-ends" }).SetLogHandler((_, _) => { }).Build();
        foreach (var topic in PairEvents.Tasks.Select(task => $"events.{task}"))
        {
            for (var partition = 0; partition < rig.Partitions; partition++)
            {
                var (number, end) = (partition, reader.QueryWatermarkOffsets(new TopicPartition(topic, partition), TimeSpan.FromSeconds(30)).High.Value);
                StreamRig.Await(() => Has(topic, number, end), () => $"{topic}-{number} to {end}: {string.Join(", ", workers.SelectMany(worker => worker.Stores.All).Select(assigned => $"{assigned.Partition}: {assigned.NextOffset}"))}\n{rig.Log}");
            }
        }
    }
}
