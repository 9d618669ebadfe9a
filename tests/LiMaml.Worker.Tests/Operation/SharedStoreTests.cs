using System.Text.Json.Nodes;
using LiMaml.Models.Datasets;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Worker.Operation;

namespace LiMaml.Worker.Tests.Operation;

/// <summary>Two workers of a group on one embedding store: each adapts the tasks of its partitions, both score all.</summary>
public sealed class SharedStoreTests : IDisposable
{
    private readonly WorkerRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task StartAsync_TwoWorkers_PublishIntoOneGenerationAndFollowAnotherPackage()
    {
        rig.Broker.CreateTopic("events.embeddings", 4);
        var first = rig.AddPackage("first");
        var sent = await rig.ProduceAsync(Split.Train, Split.Validation);
        await using var one = await StartAsync("one");
        await using var two = await StartAsync("two");
        await WorkerRig.AwaitAsync(() => one.NextOffsets.Count == 1 && two.NextOffsets.Count == 1 && one.IsCaughtUp && two.IsCaughtUp && Offsets(one, two) == sent);
        await WorkerRig.AwaitAsync(() => one.Pointer is not null && two.Pointer is not null);
        await one.RefreshAsync();
        await two.RefreshAsync();

        Assert.Equal((1, 1), (one.Pointer!.Generation, two.Pointer!.Generation));
        Assert.Equal(first, two.Pointer.BundleId);
        await HaveAllAsync(one, two);

        var second = rig.AddPackage("second", TestModel.Exact with { FineTuning = TestModel.Exact.FineTuning with { StepSize = 0.04 } });
        await WorkerRig.AwaitAsync(() => one.Pointer!.BundleId == second && two.Pointer!.BundleId == second);
        await HaveAllAsync(one, two);
        Assert.Equal((2, 2), (one.Pointer!.Generation, two.Pointer!.Generation));
    }

    private Task<WorkerHost> StartAsync(string name) => rig.StartAsync(
        ("Worker:StateFolder", rig.Folder[name]), ("Embeddings:Store", "Kafka"), ("Kafka:Properties:heartbeat.interval.ms", "100"));

    private static long Offsets(params WorkerHost[] workers) => workers.Sum(worker => worker.NextOffsets.Values.Sum() ?? 0);

    private static async Task HaveAllAsync(params WorkerHost[] workers)
    {
        using var http = new HttpClient();
        foreach (var worker in workers)
        {
            foreach (var key in TestDataset.Members.Where(member => member.Train + member.Validation > 0).Select(member => member.Key))
            {
                await WorkerRig.AwaitAsync(() => HasEmbedding(http, new Uri(worker.Address, $"/admin/inspect?key={Uri.EscapeDataString(key)}")), () => $"{worker.Address} lacks {key}");
            }
        }
    }

    private static bool HasEmbedding(HttpClient http, Uri address)
    {
        using var response = http.GetAsync(address).GetAwaiter().GetResult();
        return response.IsSuccessStatusCode && JsonNode.Parse(response.Content.ReadAsStringAsync().GetAwaiter().GetResult())!["embedding"] is not null;
    }
}
