using System.Text;
using Confluent.Kafka;
using LiMaml.Runtime.Events;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.Logging;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>Consumption from the broker that <c>LIMAML_TEST_KAFKA</c> names, by one worker.</summary>
public sealed class RealBrokerTests
{
    [Theory]
    [InlineData("json")]
    [InlineData("protobuf")]
    public async Task Start_EventsWithDuplicatesAndDisorder_MakesTheWindowsOfTheirSet(string form)
    {
        await using var kafka = await TestKafka.ConnectAsync();
        using var rig = await kafka.StreamAsync();
        var options = rig.Options with { Format = form };
        rig.Send(StreamEvents.Sent(3000, seed: 4).Select(number => StreamEvents.Event(number)), EventFormats.Create(options, rig.Schema));
        rig.Send(2, Encoding.UTF8.GetBytes("{ rubbish"), "m2", new Headers { { "trace", [7] } });
        rig.Flush();
        var records = await RunAsync(rig, options);

        Assert.Equal(rig.Produced.Sum(), records);
        rig.AssertWindows(Events(0, 3000));
        var letter = Assert.Single(rig.Letters(1));
        Assert.Equal(("{ rubbish", "m2"), (Encoding.UTF8.GetString(letter.Value!), Encoding.UTF8.GetString(letter.Key!)));
        Assert.Equal((rig.Topic, "2", "malformed"), (TopicReader.Text(letter, RecordHeaders.Topic), TopicReader.Text(letter, RecordHeaders.Partition), TopicReader.Text(letter, DeadLetters.Reason)));
        Assert.Equal($"{rig.Produced[2] - 1}", TopicReader.Text(letter, RecordHeaders.Offset));
        Assert.Equal([7], letter.Headers.GetLastBytes("trace"));
        Assert.Equal(records, rig.Committed());
    }

    [Fact]
    public async Task Start_Again_ReadsOnlyWhatCameMeanwhile()
    {
        await using var kafka = await TestKafka.ConnectAsync();
        using var rig = await kafka.StreamAsync();
        rig.Send(Events(0, 1000));
        await RunAsync(rig);
        rig.Send(Events(1000, 500));

        Assert.Equal(500, await RunAsync(rig));
        rig.AssertWindows(Events(0, 1500));
    }

    [Fact]
    public async Task Start_FromMaxAge_PassesOverOlderRecords()
    {
        await using var kafka = await TestKafka.ConnectAsync();
        kafka.SkipOnMock("offsets by time");
        using var rig = await kafka.StreamAsync();
        var now = DateTimeOffset.UtcNow;
        rig.Send(Events(0, 1000), time: now - StreamEvents.Windows.MaxAge - TimeSpan.FromHours(1));
        rig.Send(Events(1000, 1000), time: now - StreamEvents.Windows.MaxAge + TimeSpan.FromHours(1));
        var records = await RunAsync(rig, rig.Options with { StartFrom = StartFrom.MaxAge });

        Assert.Equal(1000, records);
        rig.AssertWindows(Events(1000, 1000));
    }

    [Fact]
    public async Task Start_FromMaxAgeWithOldRecordsAlone_ReadsThem()
    {
        await using var kafka = await TestKafka.ConnectAsync();
        using var rig = await kafka.StreamAsync();
        rig.Send(Events(0, 500), time: DateTimeOffset.UtcNow - (2 * StreamEvents.Windows.MaxAge));
        var records = await RunAsync(rig, rig.Options with { StartFrom = StartFrom.MaxAge });

        Assert.Equal(500, records);
        rig.AssertWindows(Events(0, 500));
    }

    [Fact]
    public async Task Start_TopicThatIsMissing_WaitsForIt()
    {
        await using var kafka = await TestKafka.ConnectAsync();
        using var rig = new StreamRig(TestKafka.Address, kafka.Name("events"), kafka.Group, TestKafka.Partitions);
        using var worker = rig.Consumption();
        worker.Start();
        StreamRig.Await(() => worker.Status.Joined || rig.Log.At(LogLevel.Warning).Any(text => text.Contains(nameof(ErrorCode.UnknownTopicOrPart), StringComparison.Ordinal)), rig.Log.ToString);
        await kafka.CreateAsync("events");
        await kafka.CreateAsync("events.dead-letters");
        rig.Send(Events(0, 500));
        rig.AwaitAll(worker);
        await worker.StopAsync(TimeSpan.FromSeconds(30));

        rig.AssertWindows(Events(0, 500));
    }

    private static IEnumerable<InteractionEvent> Events(int first, int count) => Enumerable.Range(first, count).Select(number => StreamEvents.Event(number));

    private static async Task<long> RunAsync(StreamRig rig, KafkaOptions? options = null)
    {
        using var worker = rig.Consumption(options: options);
        worker.Start();
        rig.AwaitAll(worker);
        await worker.StopAsync(TimeSpan.FromSeconds(30));
        Assert.True(worker.Ended.IsCompletedSuccessfully);
        return worker.Status.Records;
    }
}
