using LiMaml.Runtime.Events;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.Logging;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>Two workers of a group on the broker that <c>LIMAML_TEST_KAFKA</c> names.</summary>
public sealed class RealBrokerGroupTests
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Start_WorkerLeavesAndComesBack_WindowsAreThoseOfTheSet()
    {
        await using var kafka = await TestKafka.ConnectAsync();
        using var rig = await kafka.StreamAsync();
        var parts = StreamEvents.Sent(4000, seed: 5).Select(number => StreamEvents.Event(number)).Chunk(1100).ToList();
        using var first = rig.Consumption("first");
        first.Start();
        rig.Send(parts[0]);
        rig.AwaitAll(first);
        using (var second = rig.Consumption("second"))
        {
            Share(rig, first, second, parts[1]);
            await second.StopAsync(StopTime);
        }

        StreamRig.Await(() => first.Stores.Open.Count == TestKafka.Partitions, rig.Log.ToString);
        rig.Send(parts[2]);
        rig.AwaitAll(first);
        using var again = rig.Consumption("second");
        var seconds = Share(rig, first, again, parts[3]);
        await again.StopAsync(StopTime);
        StreamRig.Await(() => first.Stores.Open.Count == TestKafka.Partitions, rig.Log.ToString);
        rig.AwaitAll(first);
        await first.StopAsync(StopTime);

        rig.AssertWindows(Events(4000), "first");
        rig.AssertWindows(Events(4000), "second", seconds);
    }

    [Fact]
    public async Task Start_StaticMemberAgain_KeepsItsPartitionsAndDisturbsNobody()
    {
        await using var kafka = await TestKafka.ConnectAsync();
        kafka.SkipOnMock("static members");
        using var rig = await kafka.StreamAsync();
        var parts = StreamEvents.Sent(3000, seed: 6).Select(number => StreamEvents.Event(number)).Chunk(1100).ToList();
        using var other = rig.Consumption("other", Static(rig, "other"));
        other.Start();
        List<int> shared;
        using (var member = rig.Consumption("member", Static(rig, "member")))
        {
            shared = Share(rig, other, member, parts[0]);
            await member.StopAsync(StopTime);
        }

        var (undisturbed, revoked) = (other.Stores.Open.ToHashSet(), Revoked(rig));
        Assert.Equal(["member", "other"], await kafka.StaticMembersAsync());
        rig.Send(parts[1]);
        using var again = rig.Consumption("member", Static(rig, "member"));
        again.Start();
        rig.Send(parts[2]);
        rig.AwaitAll(other, again);

        Assert.Equal(shared, PartitionsOf(again));
        Assert.Equal(undisturbed, other.Stores.Open.ToHashSet());
        Assert.Equal(revoked, Revoked(rig));
        await again.StopAsync(StopTime);
        await other.StopAsync(StopTime);
        rig.AssertWindows(Events(3000), "member", shared);
        rig.AssertWindows(Events(3000), "other", Enumerable.Range(0, TestKafka.Partitions).Except(shared));
    }

    private static IEnumerable<InteractionEvent> Events(int count) => Enumerable.Range(0, count).Select(number => StreamEvents.Event(number));

    // Starts the second worker, and sends when each has half of the partitions. The second one's, ordered.
    private static List<int> Share(StreamRig rig, Consumption first, Consumption second, IEnumerable<InteractionEvent> events)
    {
        second.Start();
        StreamRig.Await(() => first.Stores.Open.Count == TestKafka.Partitions / 2 && second.Stores.Open.Count == TestKafka.Partitions / 2, rig.Log.ToString);
        rig.Send(events);
        rig.AwaitAll(first, second);
        return PartitionsOf(second);
    }

    private static List<int> PartitionsOf(Consumption worker) => [.. worker.Stores.Open.Select(windows => windows.Partition.Partition.Value).Order()];

    // Had the member left, its partitions would have moved to the other and been taken from it again.
    private static int Revoked(StreamRig rig) => rig.Log.At(LogLevel.Information).Count(text => text.StartsWith("No longer assigned", StringComparison.Ordinal));

    private static KafkaOptions Static(StreamRig rig, string instance) => rig.Options with
    {
        SessionTimeout = TimeSpan.FromSeconds(30),
        Properties = new Dictionary<string, string>(rig.Options.Properties) { ["group.instance.id"] = instance },
    };
}
