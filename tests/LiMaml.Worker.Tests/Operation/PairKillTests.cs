using System.Globalization;
using Confluent.Kafka;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Worker.Tests.Kafka;

namespace LiMaml.Worker.Tests.Operation;

/// <summary>
/// kill -9 at random moments of a worker that re-keys events to two definitions: before and after records are written, before
/// and after the group is told. Few kills by default; <c>LIMAML_TEST_KILLS=100</c> kills a hundred times over 1,000 events each.
/// </summary>
public sealed class PairKillTests
{
    private const int EventsForEachKill = 1_000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Run_KilledAtRandomMoments_EndsWithTheWindowsOfBothDefinitionsOfAnUndisturbedRun()
    {
        using var rig = new StreamRig(partitions: 4);
        var topics = rig.CreatePairTopics();
        TestModel.Recorded(Spec, Path.Combine(rig.Folder["packages"], "model"), PairEvents.Schema);
        var random = new Random(Kills);
        using var http = new HttpClient();
        foreach (var part in StreamEvents.Sent(Count, seed: 5).Chunk((Count / Kills * 11 / 10) + 1))
        {
            using var victim = new WorkerProcess(rig.Folder["state"], Settings(rig));
            var before = await ReadAsync(victim, http, rig.Topic);
            var sending = Task.Run(() => Array.ForEach([.. part.Chunk(50)], few => rig.SendPairs(few)));
            await UntilAsync(async () => await ReadAsync(victim, http, rig.Topic) > before, victim);
            await Task.Delay(random.Next(300));
            Assert.False(victim.HasExited, victim.Output);
            victim.Kill();
            await sending;
        }

        using (var last = new WorkerProcess(rig.Folder["state"], Settings(rig)))
        {
            await UntilAsync(async () => rig.Produced.Index().All((await last.NextOffsetsAsync(http, rig.Topic)).Has), last);
            foreach (var topic in topics)
            {
                var ends = Ends(rig, topic);
                await UntilAsync(async () => ends.Index().All((await last.NextOffsetsAsync(http, topic)).Has), last);
            }

            Assert.Equal(0, await last.TerminateAsync());
        }

        rig.AssertPairWindows(Enumerable.Range(0, Count).Select(PairEvents.Event), "state");
    }

    private static int Kills { get; } = int.Parse(Environment.GetEnvironmentVariable("LIMAML_TEST_KILLS") ?? "4", CultureInfo.InvariantCulture);

    private static int Count => Kills * EventsForEachKill;

    private static ModelSpec Spec { get; } = new()
    {
        MetaBlocks = [Block("member", "item"), Block("shop", "price")],
        Global = new GlobalBlockSpec { Features = ["price", "item"], FeatureEmbeddingSize = 2, Layers = [new(4)], Interaction = Interaction.Pairwise },
        InnerLoop = TestModel.Pair.InnerLoop,
        FineTuning = TestModel.Pair.FineTuning,
    };

    private static MetaBlockSpec Block(string task, string feature) => new() { Task = task, Features = [feature], FeatureEmbeddingSize = 2, Layers = [], EmbeddingSize = 3 };

    private static Dictionary<string, string?> Settings(StreamRig rig) => new()
    {
        ["Urls"] = "http://127.0.0.1:0",
        ["Logging:LogLevel:Default"] = "Warning",
        ["Worker:StateFolder"] = rig.Folder["state"],
        ["Worker:Packages"] = rig.Folder["packages"],
        ["Kafka:BootstrapServers"] = rig.Broker.BootstrapServers,
        ["Kafka:Topic"] = rig.Topic,
        ["Kafka:BatchRecords"] = "50",
        ["Kafka:SessionTimeout"] = "00:00:01",
        ["Windows:Capacity"] = $"{StreamEvents.Windows.Capacity}",
        ["Windows:MaxAge"] = $"{StreamEvents.Windows.MaxAge}",
        ["Windows:JournalBytes"] = "65536",
        ["Schedule:ContinuousDelay"] = "00:00:01",
    };

    private static long[] Ends(StreamRig rig, string topic)
    {
        using var reader = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = rig.Broker.BootstrapServers, GroupId = "limaml-test-ends" }).SetLogHandler((_, _) => { }).Build();
        return [.. Enumerable.Range(0, rig.Partitions).Select(partition => reader.QueryWatermarkOffsets(new TopicPartition(topic, partition), Deadline).High.Value)];
    }

    /// <summary>Where the events' topic is read next, all partitions together.</summary>
    private static async Task<long> ReadAsync(WorkerProcess worker, HttpClient http, string topic) => (await worker.NextOffsetsAsync(http, topic)).Values.Sum();

    private static async Task UntilAsync(Func<Task<bool>> condition, WorkerProcess worker)
    {
        for (var deadline = DateTime.UtcNow + Deadline; !await condition(); await Task.Delay(20))
        {
            Assert.True(DateTime.UtcNow < deadline && !worker.HasExited, worker.Output);
        }
    }
}

file static class Offsets
{
    /// <summary>Whether a partition is read to an end.</summary>
    public static bool Has(this IReadOnlyDictionary<int, long> offsets, (int Partition, long End) partition) => offsets.GetValueOrDefault(partition.Partition) == partition.End;
}
