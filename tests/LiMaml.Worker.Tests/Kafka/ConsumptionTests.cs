using System.Text;
using Confluent.Kafka;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Broker;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.Logging;

namespace LiMaml.Worker.Tests.Kafka;

public sealed class ConsumptionTests : IDisposable
{
    private readonly StreamRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task Start_EventsWithDuplicatesAndDisorder_MakesTheWindowsOfTheirSet()
    {
        rig.Send(StreamEvents.Sent(3000, seed: 1).Select(number => StreamEvents.Event(number)));
        await RunAsync();

        rig.AssertWindows(Events(3000));
    }

    [Fact]
    public async Task Start_Again_ResumesAtTheStoresOwnOffset()
    {
        rig.Send(Events(1000));
        await RunAsync();
        rig.Send(Events(2500).Skip(1000));
        using var second = rig.Consumption();
        second.Start();
        rig.AwaitAll(second);
        var records = second.Status.Records;
        await second.StopAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1500, records);
        rig.AssertWindows(Events(2500));
    }

    [Fact]
    public async Task Start_StoreThatIsGone_ReadsFromTheBeginning()
    {
        rig.Send(Events(800));
        await RunAsync();
        Directory.Delete(Path.Combine(rig.Folder["state"], "events-0"), recursive: true);
        await RunAsync();

        rig.AssertWindows(Events(800));
    }

    [Fact]
    public async Task Start_DamagedStore_IsMovedAsideAndReadAgain()
    {
        rig.Send(Events(800));
        await RunAsync();
        File.WriteAllText(Path.Combine(rig.Folder["state"], "events-1", "CURRENT"), "rubbish\n");
        await RunAsync();

        rig.AssertWindows(Events(800));
        Assert.Single(Directory.GetDirectories(rig.Folder["state"], "events-1.damaged-*"));
        Assert.Contains("is damaged", Assert.Single(rig.Log.At(LogLevel.Error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_UnusableEvents_GoToTheDeadLettersAndTheRestIsTakenUp()
    {
        rig.Send(Events(100));
        rig.Send(0, Encoding.UTF8.GetBytes("{ rubbish"), "m0", new Headers { { "trace", [7] } });
        rig.Send(1, null, "m1");
        var future = StreamEvents.Event(1) with { EventTime = 4_000_000_000_000_000 };
        rig.Send(1, new JsonEventFormat(rig.Schema).Write(future, out _), "m1");
        rig.Send(Events(200).Skip(100));
        await RunAsync();

        rig.AssertWindows(Events(200));
        var letters = rig.Letters(3);
        Assert.Equal(["futureEventTime", "malformed", "size"], letters.Select(letter => TopicReader.Text(letter, DeadLetters.Reason)).Order());
        var rubbish = letters.Single(letter => TopicReader.Text(letter, DeadLetters.Reason) == "malformed");
        Assert.Equal(("{ rubbish", "m0"), (Encoding.UTF8.GetString(rubbish.Value!), Encoding.UTF8.GetString(rubbish.Key!)));
        Assert.Equal(("events", "0"), (TopicReader.Text(rubbish, RecordHeaders.Topic), TopicReader.Text(rubbish, RecordHeaders.Partition)));
        Assert.Equal(Events(100).Count(one => rig.PartitionOf(one) == 0), int.Parse(TopicReader.Text(rubbish, RecordHeaders.Offset), null));
        Assert.Equal([7], rubbish.Headers.GetLastBytes("trace"));
        Assert.NotEmpty(TopicReader.Text(rubbish, DeadLetters.Message));
        Assert.Null(letters.Single(letter => TopicReader.Text(letter, DeadLetters.Reason) == "size").Value);
    }

    [Fact]
    public async Task Start_DeadLetterTopicRefuses_WaitsAndPassesOverNothing()
    {
        rig.Send(0, Encoding.UTF8.GetBytes("rubbish"), "m0");
        rig.Send(Events(50));
        rig.Broker.Refuse(BrokerRequest.Produce, ErrorCode.TopicAuthorizationFailed, 3);
        using var worker = rig.Consumption();
        worker.Start();
        StreamRig.Await(() => worker.Status.Trouble is not null || worker.Status.Records > 0, rig.Log.ToString);
        rig.AwaitAll(worker);
        await worker.StopAsync(TimeSpan.FromSeconds(30));

        Assert.Contains(rig.Log.At(LogLevel.Error), text => text.Contains("dead-letter topic events.dead-letters", StringComparison.Ordinal));
        Assert.Single(rig.Letters(1));
        Assert.Null(worker.Status.Trouble);
        rig.AssertWindows(Events(50));
    }

    [Theory]
    [InlineData(BrokerRequest.Fetch, ErrorCode.NotLeaderForPartition)]
    [InlineData(BrokerRequest.Fetch, ErrorCode.Local_Transport)]
    [InlineData(BrokerRequest.Metadata, ErrorCode.LeaderNotAvailable)]
    [InlineData(BrokerRequest.OffsetCommit, ErrorCode.GroupLoadInProgress)]
    [InlineData(BrokerRequest.Heartbeat, ErrorCode.RebalanceInProgress)]
    [InlineData(BrokerRequest.JoinGroup, ErrorCode.NotCoordinatorForGroup)]
    public async Task Start_BrokerRefusesRequests_DelaysOnly(BrokerRequest request, ErrorCode error)
    {
        rig.Broker.Refuse(request, error, 5);
        using var worker = rig.Consumption();
        worker.Start();
        foreach (var part in Events(1500).Chunk(100))
        {
            rig.Send(part);
            rig.Broker.Refuse(request, error, 1);
        }

        rig.AwaitAll(worker);
        await worker.StopAsync(TimeSpan.FromSeconds(30));

        rig.AssertWindows(Events(1500));
    }

    [Fact]
    public async Task Start_BrokerGoesAwayAndComesBack_DelaysOnly()
    {
        using var worker = rig.Consumption();
        worker.Start();
        rig.Send(Events(500));
        rig.AwaitAll(worker);
        rig.Broker.TakeDown();
        var sending = Task.Run(() => rig.Send(Events(1000).Skip(500)));
        Assert.False(sending.IsCompleted);
        rig.Broker.BringUp();
        rig.Broker.Slow(TimeSpan.FromMilliseconds(20));
        await sending;
        rig.AwaitAll(worker);
        await worker.StopAsync(TimeSpan.FromSeconds(30));

        rig.AssertWindows(Events(1000));
    }

    [Fact]
    public async Task Start_WorkersJoinAndLeave_WindowsAreThoseOfTheSet()
    {
        var sent = StreamEvents.Sent(6000, seed: 2).Select(number => StreamEvents.Event(number)).ToList();
        using var first = rig.Consumption("first");
        first.Start();
        rig.Send(sent.Take(2000));
        rig.AwaitAll(first);

        using (var second = rig.Consumption("second"))
        {
            second.Start();
            StreamRig.Await(() => second.Stores.Open.Count == 1 && first.Stores.Open.Count == 1, rig.Log.ToString);
            rig.Send(sent.Skip(2000).Take(2000));
            rig.AwaitAll(first, second);
            await second.StopAsync(TimeSpan.FromSeconds(30));
        }

        StreamRig.Await(() => first.Stores.Open.Count == 2, rig.Log.ToString);
        rig.Send(sent.Skip(4000));
        rig.AwaitAll(first);
        await first.StopAsync(TimeSpan.FromSeconds(30));

        rig.AssertWindows(Events(6000), "first");
    }

    [Fact]
    public async Task IsCaughtUp_PartitionWhoseWindowsAreNotOpen_IsFalse()
    {
        rig.Send(Events(100));
        using var worker = rig.Consumption();
        using (WindowStore.Open(Path.Combine(rig.Folder["state"], $"{rig.Topic}-1"), rig.Schema, StreamEvents.Windows))
        {
            worker.Start();
            StreamRig.Await(() => worker.Stores.Open.Count == 1 && worker.Stores.Open.All(windows => windows.Lag == 0) && worker.Status.Trouble is not null, rig.Log.ToString);
            Assert.Equal((2, false), (worker.Status.Partitions, worker.IsCaughtUp));
        }

        StreamRig.Await(() => worker.IsCaughtUp, rig.Log.ToString);
        Assert.Equal(100, worker.Status.Records);
        await worker.StopAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, worker.Status.Partitions);
    }

    [Fact]
    public async Task StopAsync_Group_KnowsTheOffsets()
    {
        rig.Send(Events(300));
        await RunAsync();

        Assert.Equal(300, rig.Committed());
    }

    [Fact]
    public async Task Use_SchemaWithoutAFeature_TakesUpWhatFitsIt()
    {
        rig.Send(Events(300));
        using var worker = rig.Consumption();
        worker.Start();
        rig.AwaitAll(worker);
        var smaller = StreamEvents.Schema with { Features = [.. StreamEvents.Schema.Features.Take(2)] };
        worker.Use(EventSchema.For(smaller), []);
        rig.Send(Events(310).Skip(300));
        rig.AwaitAll(worker);
        await worker.StopAsync(TimeSpan.FromSeconds(30));

        Assert.All(rig.Letters(10), letter => Assert.Equal("unknownFeature", TopicReader.Text(letter, DeadLetters.Reason)));
        rig.AssertWindows(Events(300));
    }

    [Fact]
    public async Task Use_SchemaBesideTheOneBefore_TakesUpEventsOfBoth()
    {
        using var worker = rig.Consumption();
        worker.Start();
        rig.Send(Events(300));
        rig.AwaitAll(worker);
        var smaller = EventSchema.For(StreamEvents.Schema with { Features = [.. StreamEvents.Schema.Features.Take(2)] });
        worker.Use(smaller, [EventSchema.For(StreamEvents.Schema), smaller]);
        rig.Send(Events(310).Skip(300));
        rig.AwaitAll(worker);
        await worker.StopAsync(TimeSpan.FromSeconds(30));

        rig.AssertWindows(Events(310));
    }

    private static IEnumerable<InteractionEvent> Events(int count) => Enumerable.Range(0, count).Select(number => StreamEvents.Event(number));

    private async Task RunAsync()
    {
        using var worker = rig.Consumption();
        worker.Start();
        rig.AwaitAll(worker);
        await worker.StopAsync(TimeSpan.FromSeconds(30));
        Assert.True(worker.Ended.IsCompletedSuccessfully);
    }
}
