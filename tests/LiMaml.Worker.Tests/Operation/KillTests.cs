using System.Globalization;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Worker.Tests.Kafka;

namespace LiMaml.Worker.Tests.Operation;

/// <summary>
/// kill -9 at random moments, start-up included, while events stream in. Few kills by default; <c>LIMAML_TEST_KILLS=100</c>
/// kills a hundred times over 2,000 events each.
/// </summary>
public sealed class KillTests
{
    private const int EventsForEachKill = 2_000;

    [Fact]
    public async Task Run_KilledAtRandomMoments_EndsWithTheWindowsOfAnUndisturbedRun()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("LIMAML_TEST_KILLS") ?? "4", CultureInfo.InvariantCulture);
        using var rig = new StreamRig(partitions: 16);
        TestModel.Recorded(Spec, Path.Combine(rig.Folder["packages"], "model"), StreamEvents.Schema);
        var random = new Random(kills);
        var count = kills * EventsForEachKill;
        using var sending = new Sending(rig, [.. StreamEvents.Sent(count, seed: 3)], kills);
        for (var kill = 0; kill < kills; kill++)
        {
            using var victim = new WorkerProcess(rig.Folder["state"], Settings(rig));
            var before = rig.Produced.Sum();
            sending.Permit();
            await WaitAsync(victim, before, random);
            Assert.False(victim.HasExited, victim.Output);
            victim.Kill();
        }

        sending.PermitAll();
        await sending.Sent;
        using var last = new WorkerProcess(rig.Folder["state"], Settings(rig));
        using var http = new HttpClient();
        await UntilAsync(async () => rig.Produced.SequenceEqual(Ordered(await last.NextOffsetsAsync(http), rig.Partitions)), () => last.Output);
        Assert.Equal(0, await last.TerminateAsync());

        rig.AssertWindows(Enumerable.Range(0, count).Select(number => StreamEvents.Event(number, members: 500)));
    }

    private static ModelSpec Spec { get; } = new()
    {
        MetaBlocks = [new MetaBlockSpec { Task = "member", Features = ["price", "item"], FeatureEmbeddingSize = 2, Layers = [new(4)], EmbeddingSize = 3 }],
        Global = new GlobalBlockSpec { Features = ["price", "item", "taste"], FeatureEmbeddingSize = 2, Layers = [new(4)] },
        FineTuning = new InnerLoopSpec { Steps = 1, StepSize = 0.05, SupportCapacity = 8 },
    };

    private static Dictionary<string, string?> Settings(StreamRig rig) => new()
    {
        ["Urls"] = "http://127.0.0.1:0",
        ["Logging:LogLevel:Default"] = "Warning",
        ["Worker:StateFolder"] = rig.Folder["state"],
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
    private static async Task WaitAsync(WorkerProcess victim, long before, Random random)
    {
        if (random.Next(5) == 0)
        {
            await Task.Delay(random.Next(1200));
            return;
        }

        using var http = new HttpClient();
        await UntilAsync(async () => victim.HasExited || (await victim.NextOffsetsAsync(http)).Values.Sum() > before, () => victim.Output);
        await Task.Delay(random.Next(300));
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
