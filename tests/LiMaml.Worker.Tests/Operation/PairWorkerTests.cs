using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Scoring;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;
using LiMaml.Tests;
using LiMaml.Worker.Kafka;
using LiMaml.Worker.Operation;

namespace LiMaml.Worker.Tests.Operation;

/// <summary>A whole worker with a model of members and items that meet each other: what it streams is what batch jobs give.</summary>
public sealed class PairWorkerTests : IAsyncLifetime
{
    private static readonly (string, string?)[] NoGuardrails = [("Refresh:Guardrails:LossTolerance", "1000000"), ("Refresh:Guardrails:MaxJump", "1000000")];
    private readonly WorkerRig rig = new();
    private PairDataset pairs = null!;
    private Dataset dataset = null!;
    private ModelPackage package = null!;

    public async ValueTask InitializeAsync()
    {
        pairs = await PairDataset.WriteAsync();
        dataset = Dataset.Open(pairs.Folder);
        package = TestModel.Recorded(TestModel.Pair, Path.Combine(rig.Folder["packages"], "pairs"), dataset.Schema);
        rig.Broker.CreateTopic("events.member", 3);
        rig.Broker.CreateTopic("events.item", 2);
    }

    public ValueTask DisposeAsync()
    {
        rig.Dispose();
        pairs.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Start_WhereADefinitionsTopicHasRequests_IsRefused()
    {
        var fault = await Assert.ThrowsAsync<InvalidInputException>(async () => await rig.StartAsync(("ScoringTopics:Requests", "events.item")));

        Assert.Contains("ScoringTopics:Requests: found 'events.item', which is Kafka:TaskTopics too", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ReplayedDataset_HasTheEmbeddingsAndScoresOfTheBatchJobs()
    {
        await JointEmbedder.RunAsync(package, dataset, pairs.PathOf("snapshots"));
        await BatchScorer.RunAsync(package, dataset, pairs.PathOf("scores.csv"), new ScoreOptions { Snapshot = pairs.PathOf("snapshots") });
        await using var worker = await StartAsync();

        var record = await worker.RefreshAsync();

        Assert.Empty(record.GuardrailCounts);
        foreach (var block in package.Manifest.Model.MetaBlocks)
        {
            using var reader = await SnapshotReader.OpenAsync(Path.Combine(pairs.PathOf("snapshots"), JointEmbedder.FileOf(block.Task)));
            var expected = await reader.ReadAsync().SingleAsync();
            Assert.Equal(expected.Keys.Length, record.TaskCounts[block.Task]);
            var streamed = await worker.Embeddings.ReadAsync(worker.Pointer!, block.Task, expected.Keys, default);
            Assert.All(streamed.Index(), one => Assert.Equal(expected.Embeddings.AsSpan(one.Index * 4, 4).ToArray(), one.Item!.Vector.ToArray(), (x, y) => Math.Abs(x - y) <= 1e-6f));
        }

        await foreach (var rows in dataset.ReadAsync("member", Split.Test, null))
        {
            var response = await worker.Scoring.ScoreAsync(Request(rows, rows.Keys, [.. rows.Rows.Select(row => pairs.TasksOf[row].Item)]));
            var expected = File.ReadLines(pairs.PathOf("scores.csv")).Skip(1).Select(line => line.Split(',')).ToDictionary(line => long.Parse(line[2], CultureInfo.InvariantCulture), line => float.Parse(line[4], CultureInfo.InvariantCulture));
            Assert.All(response.Scores.Logits!.Index(), logit => Assert.Equal(expected[rows.Rows[logit.Index]], logit.Item, 1e-5f));
            Assert.Equal(response.Scores.Logits, await PostAsync(worker, Request(rows, rows.Keys, [.. rows.Rows.Select(row => pairs.TasksOf[row].Item)])));
        }
    }

    [Fact]
    public async Task Run_ForgottenTaskAndOneNeverSeen_ScoreAsUnadapted()
    {
        await using var worker = await StartAsync();
        await worker.RefreshAsync();
        var rows = await dataset.ReadAsync("member", Split.Test, null).FirstAsync();
        var items = rows.Rows.Select(row => pairs.TasksOf[row].Item).ToArray();
        var unseen = await worker.Scoring.ScoreAsync(Request(rows, rows.Keys, [.. items.Select(_ => "i-never-seen")]));

        foreach (var item in items.Distinct())
        {
            Assert.Equal((0, ""), await ForgetAsync(item));
        }

        var forgotten = await worker.Scoring.ScoreAsync(Request(rows, rows.Keys, items));
        Assert.Equal(unseen.Scores.Logits, forgotten.Scores.Logits);
        await worker.RefreshAsync();
        Assert.All(await worker.Embeddings.ReadAsync(worker.Pointer!, "item", items, default), Assert.Null);
    }

    private async Task<(int, string)> ForgetAsync(string item)
    {
        var (exit, _, error) = await rig.RunAsync("forget", item, "--task", "item");
        return (exit, error);
    }

    private async Task<WorkerHost> StartAsync()
    {
        var worker = await rig.StartAsync([.. NoGuardrails, ("Windows:MaxAge", "36500.00:00:00")]);
        using var producer = new EventProducer(new KafkaOptions { BootstrapServers = rig.Address, Topic = rig.Topic }, EventSchema.For(dataset.Schema), "member");
        var sent = await producer.SendAsync(DatasetReplay.Read(dataset, [Split.Train, Split.Validation]), new Pace());
        // Each is taken up three times: re-keyed, and by the windows of both.
        await WorkerRig.AwaitAsync(() => worker.RecordCount == 3 * sent, () => $"{worker.RecordCount} of {3 * sent} records");
        return worker;
    }

    /// <summary>The logits of a request by HTTP.</summary>
    private static async Task<float[]> PostAsync(WorkerHost worker, ScoreRequest request)
    {
        var keys = request.Keys.Select(task => new { name = $"task_{task.Key}", datatype = "BYTES", shape = new[] { request.RowCount }, data = (object)task.Value });
        var floats = request.Floats.Select(input => new { name = input.Key, datatype = "FP32", shape = new[] { request.RowCount, input.Value.Length / request.RowCount }, data = (object)input.Value.ToArray() }).Select(input => (object)input);
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(new Uri(worker.Address, "v2/models/limaml/infer"), new { inputs = keys.Select(input => (object)input).Concat(floats), outputs = new[] { new { name = "logit" } } });
        var json = await answer.Content.ReadFromJsonAsync<JsonObject>();
        Assert.True(answer.IsSuccessStatusCode, $"{json}");
        return [.. json!["outputs"]![0]!["data"]!.AsArray().Select(value => (float)value!)];
    }

    private ScoreRequest Request(RowGroup rows, string[] members, string[] items)
    {
        var floats = new Dictionary<string, ReadOnlyMemory<float>>();
        Add(package.Global, package.Manifest.Model.Global.Features, name => name);
        foreach (var block in package.Manifest.Model.MetaBlocks)
        {
            Add(package.Meta(block.Task), block.Features, name => $"meta_{block.Task}_{name}");
        }

        return new ScoreRequest { RowCount = rows.RowCount, Keys = new Dictionary<string, IReadOnlyList<string>> { ["member"] = members, ["item"] = items }, Floats = floats };

        void Add(PackageGraph graph, IEnumerable<string> features, Func<string, string> nameOf)
        {
            var layout = new FeatureLayout(features.Select(package.Manifest.Schema.Feature));
            using var session = GraphSession.Open(package, graph);
            using var batch = session.Rent();
            batch.Resize(("rows", rows.RowCount), ("tasks", rows.RowCount));
            new FeatureTensors(layout).Fill(rows, [.. Enumerable.Range(0, rows.RowCount)], batch);
            foreach (var input in layout.Inputs)
            {
                floats[nameOf(input.Name)] = batch.Float32(input.Name).ToArray();
            }
        }
    }
}
