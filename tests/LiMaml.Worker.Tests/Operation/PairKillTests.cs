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
            await ReadAllAsync(last, rig, topics, http);
            Assert.Equal(0, await last.TerminateAsync());
        }

        rig.AssertPairWindows(Enumerable.Range(0, Count).Select(PairEvents.Event), "state");
    }

    [Fact]
    public async Task Run_OneOfTwoKilledAtRandomMoments_EndsWithTheWindowsOfBothDefinitionsOfAnUndisturbedRun()
    {
        using var rig = new StreamRig(partitions: 4);
        var topics = rig.CreatePairTopics();
        TestModel.Recorded(Spec, Path.Combine(rig.Folder["packages"], "model"), PairEvents.Schema);
        var random = new Random(Kills + 1);
        using var http = new HttpClient();
        WorkerProcess[] workers = [new(rig.Folder["state-0"], Settings(rig, "state-0")), new(rig.Folder["state-1"], Settings(rig, "state-1"))];
        try
        {
            foreach (var part in StreamEvents.Sent(Count, seed: 6).Chunk((Count / Kills * 11 / 10) + 1))
            {
                var before = rig.Produced.Sum();
                var sending = Task.Run(() => Array.ForEach([.. part.Chunk(50)], few => rig.SendPairs(few)));
                await UntilAsync(async () => await FurthestAsync(workers, http, rig.Topic) > before, workers);
                await Task.Delay(random.Next(300));
                var victim = random.Next(workers.Length);
                Assert.False(workers[victim].HasExited, workers[victim].Output);
                workers[victim].Dispose();
                workers[victim] = new WorkerProcess(rig.Folder[$"state-{victim}"], Settings(rig, $"state-{victim}"));
                await sending;
            }

            workers[1].Kill();
            await ReadAllAsync(workers[0], rig, topics, http);
            Assert.Equal(0, await workers[0].TerminateAsync());
        }
        finally
        {
            Array.ForEach(workers, worker => worker.Dispose());
        }

        rig.AssertPairWindows(Enumerable.Range(0, Count).Select(PairEvents.Event), "state-0");
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

    private static Dictionary<string, string?> Settings(StreamRig rig, string state = "state") => new()
    {
        ["Urls"] = "http://127.0.0.1:0",
        ["Logging:LogLevel:Default"] = "Warning",
        ["Worker:StateFolder"] = rig.Folder[state],
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

    /// <summary>The same of several workers: of each partition the one that is further.</summary>
    private static async Task<long> FurthestAsync(IEnumerable<WorkerProcess> workers, HttpClient http, string topic)
    {
        var offsets = new List<KeyValuePair<int, long>>();
        foreach (var worker in workers)
        {
            offsets.AddRange(await worker.NextOffsetsAsync(http, topic));
        }

        return offsets.GroupBy(offset => offset.Key).Sum(partition => partition.Max(offset => offset.Value));
    }

    /// <summary>Waits until everything is re-keyed, and everything that was re-keyed is in the windows.</summary>
    private static async Task ReadAllAsync(WorkerProcess worker, StreamRig rig, IReadOnlyList<string> topics, HttpClient http)
    {
        await UntilAsync(async () => await worker.NextOffsetsAsync(http, rig.Topic) is var offsets && rig.Produced.Index().All(offsets.Has), worker);
        foreach (var topic in topics)
        {
            var ends = Ends(rig, topic);
            await UntilAsync(async () => await worker.NextOffsetsAsync(http, topic) is var offsets && ends.Index().All(offsets.Has), worker);
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, params WorkerProcess[] workers)
    {
        for (var deadline = DateTime.UtcNow + Deadline; !await condition(); await Task.Delay(20))
        {
            Assert.True(DateTime.UtcNow < deadline && !Array.Exists(workers, worker => worker.HasExited), string.Join("\n\n", workers.Select(worker => worker.Output)));
        }
    }
}

file static class Offsets
{
    /// <summary>Whether a partition is read to an end.</summary>
    public static bool Has(this IReadOnlyDictionary<int, long> offsets, (int Partition, long End) partition) => offsets.GetValueOrDefault(partition.Partition) == partition.End;
}
