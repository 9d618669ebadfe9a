using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Worker.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>What HTTP, the look-up of embeddings and sharing of runs add to the call of ONNX Runtime that they are about.</summary>
internal sealed class ScoringBenchmark : TimedBenchmark
{
    private const int Rows = 200;
    private const int Clients = 16;
    private const int Calls = 800;
    private readonly Latencies bareLatencies = new();
    private readonly Latencies httpLatencies = new();
    private readonly Latencies bareTogether = new();
    private readonly Latencies httpTogether = new();
    private readonly List<IDisposable> owned = [];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("limaml-benchmark-");
    private WebApplication? application;
    private LocalEmbeddingStore? store;

    internal override string Name => "scoring";

    internal override string Description =>
        $"{Calls} requests of {Rows} rows of one task: the graph of the global block (192-256-128-64-1) run as it is, and the same over HTTP with binary tensors on loopback, clients in the same process. "
        + $"With {Clients} clients {Calls} requests as well.";

    internal override IReadOnlyList<Variant> Prepare(int threads)
    {
        var package = TestModel.Package(PaperModel.Spec(1, 32), Path.Combine(folder.FullName, "package"), schema: PaperModel.Schema);
        var bare = Own(GraphSession.Open(package, package.Global, new GraphOptions { ThreadCount = threads }));
        var batches = Enumerable.Range(0, Clients).Select(_ => Batch(bare)).ToArray();
        var server = StartAsync(package).GetAwaiter().GetResult();
        var clients = Enumerable.Range(0, Clients).Select(_ => Client(server)).ToArray();
        return
        [
            new Variant("bare, 1 client", () => Repeat(Calls, () => bareLatencies.Time(batches[0].Run))),
            new Variant("HTTP, 1 client", () => Repeat(Calls, () => httpLatencies.Time(clients[0].Call))),
            new Variant($"bare, {Clients} clients", () => bareTogether.Time(() => Together(client => batches[client].Run()))),
            new Variant($"HTTP, {Clients} clients", () => httpTogether.Time(() => Together(client => clients[client].Call()))),
        ];
    }

    internal override string Run(AlternatingRunner runner)
    {
        var table = base.Run(runner);
        var warmUp = (double)runner.WarmUpRounds / (runner.WarmUpRounds + runner.Rounds);
        ((Latencies[])[bareLatencies, httpLatencies, bareTogether, httpTogether]).ToList().ForEach(latencies => latencies.Forget(warmUp));
        return table + Environment.NewLine + Findings();
    }

    private string Findings()
    {
        return string.Create(CultureInfo.InvariantCulture,
            $"""
            | 1 client | p50 ms | p99 ms |
            |---|---|---|
            {Row("bare", bareLatencies)}
            {Row("HTTP", httpLatencies)}

            p99 over HTTP is {httpLatencies.Percentile(0.99) / bareLatencies.Percentile(0.99):F2} times the bare call's.
            {Clients} clients: {PerSecond(bareTogether):F0} bare calls/s, {PerSecond(httpTogether):F0} requests/s over HTTP, {bareTogether.Percentile(0.5) / httpTogether.Percentile(0.5):P0} of them (elapsed time, medians).

            """);

        static double PerSecond(Latencies times) => Calls / times.Percentile(0.5) * 1000;

        static string Row(string name, Latencies latencies) => string.Create(CultureInfo.InvariantCulture, $"| {name} | {latencies.Percentile(0.5):F3} | {latencies.Percentile(0.99):F3} |");
    }

    public override void Dispose()
    {
        owned.Reverse<IDisposable>().ToList().ForEach(owner => owner.Dispose());
        application?.StopAsync().GetAwaiter().GetResult();
        store?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        folder.Delete(recursive: true);
        base.Dispose();
    }

    private static void Repeat(int times, Action call)
    {
        for (var time = 0; time < times; time++)
        {
            call();
        }
    }

    private static void Together(Action<int> call)
    {
        var threads = Enumerable.Range(0, Clients).Select(client => new Thread(() => Repeat(Calls / Clients, () => call(client)))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    private GraphBatch Batch(GraphSession session)
    {
        var batch = Own(session.Rent());
        batch.Resize((GraphTensorNames.RowsAxis, Rows));
        Numbers(PaperModel.GlobalWidth).CopyTo(batch.Float32("dense"));
        batch.Float32(GraphTensorNames.MetaEmbedding).Fill(0.5f);
        return batch;
    }

    private async Task<Uri> StartAsync(ModelPackage package)
    {
        store = LocalEmbeddingStore.Open(Path.Combine(folder.FullName, "store"));
        var pointer = new EmbeddingPointer(package.Manifest.BundleId, 1, DateTimeOffset.UnixEpoch);
        await store.WriteAsync(pointer.BundleId, 1, [new StoredEmbedding(PaperModel.Task, "m1", Enumerable.Repeat(0.5f, 32).ToArray(), 0, 1, 0, 0)], CancellationToken.None);
        await store.FlipAsync(pointer, CancellationToken.None);
        var host = Own(new BundleHost());
        host.Swap(ServingBundle.Open(package, store, pointer));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddInference();
        application = builder.Build();
        application.MapInference(new InferenceServer(new ScoringService(host), new InferenceOptions()));
        await application.StartAsync();
        return new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    private InferenceClient Client(Uri server)
    {
        var dense = MemoryMarshal.AsBytes(Numbers(PaperModel.GlobalWidth).AsSpan()).ToArray();
        var json = string.Create(CultureInfo.InvariantCulture,
            $$$"""
            {"inputs":[{"name":"task","datatype":"BYTES","shape":[1],"data":["m1"]},
            {"name":"dense","datatype":"FP32","shape":[{{{Rows}}},{{{PaperModel.GlobalWidth}}}],"parameters":{"binary_data_size":{{{dense.Length}}}}}],
            "outputs":[{"name":"probability","parameters":{"binary_data":true}}]}
            """);
        return Own(new InferenceClient(server, "v2/models/limaml/infer", Encoding.UTF8.GetBytes(json), dense));
    }

    private static float[] Numbers(int width)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Rows * width).Select(_ => random.NextSingle())];
    }

    private T Own<T>(T owner)
        where T : IDisposable
    {
        owned.Add(owner);
        return owner;
    }
}
