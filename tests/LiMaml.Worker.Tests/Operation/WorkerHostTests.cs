using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Worker.Tests.Operation;

public sealed class WorkerHostTests : IDisposable
{
    private readonly WorkerRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task StartAsync_EventsOfADataset_AreAdaptedToAndReadyIsReported()
    {
        var bundle = rig.AddPackage("first");
        await using var worker = await rig.StartAsync();
        using var http = new HttpClient { BaseAddress = worker.Address };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live")).StatusCode);

        var sent = await rig.ProduceAsync(Split.Train, Split.Validation);
        await WorkerRig.AwaitAsync(() => worker.RecordCount == sent && worker.Pointer is not null);
        var record = await worker.RefreshAsync();

        Assert.Equal((bundle, 6L), (worker.Pointer!.BundleId, record.TaskCount));
        Assert.Equal(record.Generation, worker.Pointer.Generation);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v2/health/ready")).StatusCode);
        var metrics = await http.GetStringAsync("/metrics");
        Assert.All(
            ["messaging_client_consumed_messages", "limaml_consumer_lag", "limaml_consumer_partitions", "limaml_adaptation_tasks", "limaml_adaptation_duration", "limaml_embedding_age", "limaml_window_events", "limaml_graphs_provider"],
            name => Assert.Contains(name, metrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task StartAsync_NothingPublishedYet_AdaptsOnceCaughtUp()
    {
        rig.AddPackage("first");
        await rig.ProduceAsync(Split.Train);
        await using var worker = await rig.StartAsync();

        await WorkerRig.AwaitAsync(() => worker.Pointer is not null);
        Assert.Equal(1, worker.Pointer!.Generation);
    }

    [Fact]
    public async Task StartAsync_Continuous_AdaptsTasksThatChange()
    {
        rig.AddPackage("first");
        await using var worker = await rig.StartAsync(("Schedule:ContinuousDelay", "00:00:00.2"));
        await WorkerRig.AwaitAsync(() => worker.Pointer is not null);
        await rig.ProduceAsync(Split.Train, Split.Validation);

        using var http = new HttpClient { BaseAddress = worker.Address };
        await WorkerRig.AwaitAsync(() => SupportOf(http, "long") == 39);
        Assert.Equal(1, worker.Pointer!.Generation);
    }

    [Fact]
    public async Task StartAsync_AnotherPackage_IsVerifiedAdaptedAndFlippedTo()
    {
        var first = rig.AddPackage("first");
        await rig.ProduceAsync(Split.Train);
        await using var worker = await rig.StartAsync();
        await WorkerRig.AwaitAsync(() => worker.Pointer?.BundleId == first);

        var second = rig.AddPackage("second", Second);
        await WorkerRig.AwaitAsync(() => worker.Pointer?.BundleId == second);
        using var http = new HttpClient { BaseAddress = worker.Address };
        Assert.Equal(second, (string?)(await http.GetFromJsonAsync<JsonObject>("/v2/models/limaml"))!["versions"]![0]);

        var (exit, output, error) = await rig.RunAsync("rollback");
        Assert.True(exit == 0, error);
        Assert.Contains(first, output, StringComparison.Ordinal);
        Assert.Equal(first, worker.Pointer!.BundleId);
        Assert.Equal("first", File.ReadAllText(Path.Combine(rig.Folder["packages"], "current")).Trim());
        Assert.Equal(first, (string?)(await http.GetFromJsonAsync<JsonObject>("/v2/models/limaml"))!["versions"]![0]);
    }

    [Fact]
    public async Task StartAsync_DamagedPackageBeside_IsRefusedAndThePresentOneStays()
    {
        var first = rig.AddPackage("first");
        await rig.ProduceAsync(Split.Train);
        await using var worker = await rig.StartAsync();
        await WorkerRig.AwaitAsync(() => worker.Pointer is not null);

        var second = rig.AddPackage("second", Second);
        File.AppendAllText(Directory.GetFiles(Path.Combine(rig.Folder["packages"], "second"), "model.onnx", SearchOption.AllDirectories)[0], "x");
        rig.AddPackage("third", Second with { FineTuning = Second.FineTuning with { StepSize = 0.03 } });
        await WorkerRig.AwaitAsync(() => worker.Pointer!.BundleId != first);

        Assert.NotEqual(second, worker.Pointer!.BundleId);
    }

    [Fact]
    public async Task Verbs_OfARunningWorker_InspectForgetAndRefresh()
    {
        rig.AddPackage("first");
        var sent = await rig.ProduceAsync(Split.Train);
        await using (var worker = await rig.StartAsync())
        {
            await WorkerRig.AwaitAsync(() => worker.RecordCount == sent && worker.Pointer is not null);
            await VerbsAsync(1);
        }
    }

    [Fact]
    public async Task Verbs_WithoutAWorker_InspectForgetAndRefresh()
    {
        rig.AddPackage("first");
        var sent = await rig.ProduceAsync(Split.Train);
        await using (var worker = await rig.StartAsync())
        {
            await WorkerRig.AwaitAsync(() => worker.RecordCount == sent && worker.Pointer is not null);
        }

        await VerbsAsync(1);
    }

    [Fact]
    public async Task Verb_Produce_SendsADatasetsRows()
    {
        await TestDataset.WriteAsync(rig.Folder["dataset"]);
        var (exit, output, error) = await rig.RunAsync("produce", "--dataset", rig.Folder["dataset"], "--split", "train", "--task", "member", "--rate", "100000", "--limit", "20");

        Assert.True(exit == 0, error);
        Assert.Equal("sent 20 events to events", output.Trim());
    }

    [Theory]
    [InlineData("Kafka:Topic", "", "Kafka:Topic: found nothing")]
    [InlineData("Kafka:Format", "xml", "Kafka:Format: found 'xml', expected one of json, protobuf, avro")]
    [InlineData("Kafka:Tpic", "x", "Tpic")]
    [InlineData("Kafka:BatchRecords", "many", "many")]
    [InlineData("Kafka:Properties:enable.auto.commit", "true", "enable.auto.commit")]
    [InlineData("Schedule:Cron", "every day", "expected a cron expression")]
    [InlineData("Schedule:TimeZone", "Mars/Olympus", "Mars/Olympus")]
    [InlineData("Worker:Packages", "nowhere", "nowhere")]
    [InlineData("Windows:Capacity", "0", "Capacity")]
    [InlineData("Worker:ScoringGraphs:RequireGpu", "true", "Worker:ScoringGraphs:RequireGpu: found true with no provider")]
    [InlineData("Worker:ScoringGraphs:Providers:0", "gpu", "'gpu' at 'Worker:ScoringGraphs:Providers:0'")]
    [InlineData("Refresh:Adapter:Graphs:CudaGraphs", "-1", "CudaGraphs: found -1")]
    [InlineData("Embeddings:Store", "Redis", "Redis:Configuration")]
    [InlineData("ScoringTopics:Requests", "events", "ScoringTopics:Requests: found 'events', which is Kafka:Topic too")]
    public async Task StartAsync_WrongSetting_IsNamed(string name, string value, string message)
    {
        rig.AddPackage("first");

        var fault = await Assert.ThrowsAsync<InvalidInputException>(async () => await rig.StartAsync((name, value)));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_StateOfAnotherWorker_IsRefused()
    {
        rig.AddPackage("first");
        await using var worker = await rig.StartAsync();

        var fault = await Assert.ThrowsAsync<InvalidInputException>(async () => await rig.StartAsync());
        Assert.Contains("which another worker has", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Admin_WithTokenSet_NeedsIt()
    {
        rig.AddPackage("first");
        await using var worker = await rig.StartAsync(("Worker:AdminToken", "0123456789abcdef"));
        using var http = new HttpClient { BaseAddress = worker.Address };

        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/admin/inspect?key=a")).StatusCode);
        http.DefaultRequestHeaders.Authorization = new("Bearer", "0123456789abcdef");
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/admin/inspect?key=a")).StatusCode);
    }

    private static Models.Specs.ModelSpec Second => TestModel.Exact with { FineTuning = TestModel.Exact.FineTuning with { StepSize = 0.04 } };

    private async Task VerbsAsync(int generation)
    {
        var inspected = await rig.RunAsync("inspect", "long");
        Assert.True(inspected.Exit == 0, inspected.Error);
        var found = JsonNode.Parse(inspected.Output)!;
        Assert.Equal((30, 12), (found["window"]!.AsArray().Count, (int)found["embedding"]!["supportCount"]!));
        Assert.Equal(generation, (int)found["embedding"]!["generation"]!);

        var forgotten = await rig.RunAsync("forget", "long");
        Assert.True(forgotten.Exit == 0, forgotten.Error);
        Assert.Equal(1, (await rig.RunAsync("inspect", "long")).Exit);

        var refreshed = await rig.RunAsync("refresh");
        Assert.True(refreshed.Exit == 0, refreshed.Error);
        Assert.Equal(4, (int)JsonNode.Parse(refreshed.Output)!["taskCount"]!);
        Assert.Equal(1, (await rig.RunAsync("inspect", "long")).Exit);
    }

    private static int SupportOf(HttpClient http, string key)
    {
        using var response = http.GetAsync($"/admin/inspect?key={key}").GetAwaiter().GetResult();
        return response.IsSuccessStatusCode && JsonNode.Parse(response.Content.ReadAsStringAsync().GetAwaiter().GetResult()) is { } found && found["embedding"] is { } embedding
            ? found["window"]!.AsArray().Count * ((int)embedding["supportCount"]! > 0 ? 1 : 0)
            : 0;
    }
}
