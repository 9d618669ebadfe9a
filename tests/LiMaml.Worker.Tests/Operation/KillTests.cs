using System.Globalization;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Worker.Tests.Kafka;

namespace LiMaml.Worker.Tests.Operation;

/// <summary>
/// kill -9 at random moments, start-up included, while events stream in: of the only worker, or of one of two that share the
/// partitions. Few kills by default; <c>LIMAML_TEST_KILLS=100</c> kills a hundred times over 2,000 events each.
/// </summary>
public sealed class KillTests
{
    private const int EventsForEachKill = 2_000;
    private const int Interrupted = 130; // while it starts
    private const int Terminated = 143; // before it starts

    [Fact]
    public async Task Run_KilledAtRandomMoments_EndsWithTheWindowsOfAnUndisturbedRun()
    {
        using var rig = Rig();
        var random = new Random(Kills);
        using var sending = new Sending(rig, [.. StreamEvents.Sent(Count, seed: 3)], Kills);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var victim = Worker(rig, "state");
            var before = rig.Produced.Sum();
            sending.Permit();
            await WaitAsync([victim], before, random);
            Assert.False(victim.HasExited, victim.Output);
            victim.Kill();
        }

        sending.PermitAll();
        await sending.Sent;
        using var last = Worker(rig, "state");
        await ReadAllAsync(last, rig);
        Assert.Equal(0, await last.TerminateAsync());

        rig.AssertWindows(Enumerable.Range(0, Count).Select(number => StreamEvents.Event(number, members: 500)));
    }

    [Fact]
    public async Task Run_OneOfTwoKilledAtRandomMoments_EndsWithTheWindowsOfAnUndisturbedRun()
    {
        using var rig = Rig();
        var random = new Random(Kills + 1);
        using var sending = new Sending(rig, [.. StreamEvents.Sent(Count, seed: 4)], Kills);
        WorkerProcess[] workers = [Worker(rig, "state-0"), Worker(rig, "state-1")];
        try
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                var before = rig.Produced.Sum();
                sending.Permit();
                await WaitAsync(workers, before, random);
                var victim = random.Next(workers.Length);
                Assert.False(workers[victim].HasExited, workers[victim].Output);
                workers[victim].Dispose();
                workers[victim] = Worker(rig, $"state-{victim}");
            }

            sending.PermitAll();
            await sending.Sent;
            Assert.True(await workers[1].TerminateAsync() is 0 or Interrupted or Terminated, workers[1].Output);
            await ReadAllAsync(workers[0], rig);
            Assert.Equal(0, await workers[0].TerminateAsync());
        }
        finally
        {
            Array.ForEach(workers, worker => worker.Dispose());
        }

        rig.AssertWindows(Enumerable.Range(0, Count).Select(number => StreamEvents.Event(number, members: 500)), "state-0");
    }

    private static int Kills { get; } = int.Parse(Environment.GetEnvironmentVariable("LIMAML_TEST_KILLS") ?? "4", CultureInfo.InvariantCulture);

    private static int Count => Kills * EventsForEachKill;

    private static ModelSpec Spec { get; } = new()
    {
        MetaBlocks = [new MetaBlockSpec { Task = "member", Features = ["price", "item"], FeatureEmbeddingSize = 2, Layers = [new(4)], EmbeddingSize = 3 }],
        Global = new GlobalBlockSpec { Features = ["price", "item", "taste"], FeatureEmbeddingSize = 2, Layers = [new(4)] },
        FineTuning = new InnerLoopSpec { Steps = 1, StepSize = 0.05, SupportCapacity = 8 },
    };

    private static StreamRig Rig()
    {
        var rig = new StreamRig(partitions: 16);
        TestModel.Recorded(Spec, Path.Combine(rig.Folder["packages"], "model"), StreamEvents.Schema);
        return rig;
    }

    private static WorkerProcess Worker(StreamRig rig, string state) => new(rig.Folder[state], Settings(rig, rig.Folder[state]));

    private static Dictionary<string, string?> Settings(StreamRig rig, string state) => new()
    {
        ["Urls"] = "http://127.0.0.1:0",
        ["Logging:LogLevel:Default"] = "Warning",
        ["Worker:StateFolder"] = state,
        ["Worker:Packages"] = rig.Folder["packages"],
        ["Kafka:BootstrapServers"] = rig.Broker.BootstrapServers,
        ["Kafka:Topic"] = rig.Topic,
        ["Kafka:BatchRecords"] = "100",
        ["Kafka:SessionTimeout"] = "00:00:01",
        ["Windows:Capacity"] = $"{StreamEvents.Windows.Capacity}",
        ["Windows:MaxAge"] = $"{StreamEvents.Windows.MaxAge}",
        ["Windows:JournalBytes"] = "65536",
        ["Schedule:ContinuousDelay"] = "00:00:01",
    };

    // A fifth of the victims die while they start, the others while they read what is sent for them.
    private static async Task WaitAsync(IReadOnlyCollection<WorkerProcess> workers, long before, Random random)
    {
        if (random.Next(5) == 0)
        {
            await Task.Delay(random.Next(1200));
            return;
        }

        using var http = new HttpClient();
        await UntilAsync(async () => workers.Any(worker => worker.HasExited) || await ReadAsync(workers, http) > before, () => string.Join("\n\n", workers.Select(worker => worker.Output)));
        await Task.Delay(random.Next(300));
    }

    /// <summary>Records that the workers have taken up: of each partition as many as the one that is further.</summary>
    private static async Task<long> ReadAsync(IEnumerable<WorkerProcess> workers, HttpClient http)
    {
        var offsets = new List<KeyValuePair<int, long>>();
        foreach (var worker in workers)
        {
            offsets.AddRange(await worker.NextOffsetsAsync(http));
        }

        return offsets.GroupBy(offset => offset.Key).Sum(partition => partition.Max(offset => offset.Value));
    }

    private static async Task ReadAllAsync(WorkerProcess worker, StreamRig rig)
    {
        using var http = new HttpClient();
        await UntilAsync(async () => rig.Produced.SequenceEqual(Ordered(await worker.NextOffsetsAsync(http), rig.Partitions)), () => worker.Output);
    }

    private static long[] Ordered(IReadOnlyDictionary<int, long> offsets, int partitions) =>
        [.. Enumerable.Range(0, partitions).Select(partition => offsets.GetValueOrDefault(partition, -1))];

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> failure)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(120); !await condition(); await Task.Delay(20))
        {
            Assert.True(DateTime.UtcNow < deadline, failure());
        }
    }

    /// <summary>Sends part after part, each when it is permitted, a little at a time.</summary>
    private sealed class Sending : IDisposable
    {
        private readonly SemaphoreSlim permits = new(0);
        private readonly int parts;

        public Sending(StreamRig rig, IReadOnlyList<int> numbers, int parts)
        {
            this.parts = parts;
            Sent = Task.Run(async () =>
            {
                foreach (var part in numbers.Chunk((numbers.Count / parts) + 1))
                {
                    await permits.WaitAsync();
                    foreach (var few in part.Chunk(100))
                    {
                        rig.Send(few.Select(number => StreamEvents.Event(number, members: 500)));
                        await Task.Delay(20);
                    }
                }
            });
        }

        public Task Sent { get; }

        public void Permit() => permits.Release();

        public void PermitAll() => permits.Release(parts);

        public void Dispose() => permits.Dispose();
    }
}
