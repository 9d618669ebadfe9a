using System.Text.Json.Nodes;
using LiMaml.Runtime.Scoring;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Worker.Tests.Http;

public sealed class HotSwapTests
{
    [Fact]
    public async Task Infer_WhileBundlesAreSwapped_NeitherFailsNorMixesThem()
    {
        const int Swaps = 20;
        string[] keys = ["a", "b", "cold"];
        string?[] known = ["a", "b", null];
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        var serving = host.Serving;
        var other = serving.Another(seed: 5);
        using var otherScorer = Scorer.Open(other);
        var expected = Enumerable.Range(0, Swaps + 1).Select(number =>
            (Bundle: (number % 2 == 0 ? serving.Package : other).Manifest.BundleId,
            Logits: InferenceHost.Bytes(serving.Expected(number % 2 == 0 ? serving.Scorer : otherScorer, serving.Rows, 3, number, known).Logits!))).ToArray();
        await serving.ServeAsync(0, "a", "b");
        var (header, binary) = host.BinaryRequest(3, keys);
        header["outputs"] = new JsonArray(new JsonObject { ["name"] = "logit" });
        using var stop = new CancellationTokenSource();

        var clients = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            var last = 0;
            while (!stop.IsCancellationRequested)
            {
                var (answer, logits) = await host.PostBinaryAsync("v2/models/limaml/infer", header, binary);
                var generation = (int)answer["parameters"]!["generation"]!;
                Assert.True(generation >= last);
                Assert.Equal(expected[generation].Bundle, (string?)answer["model_version"]);
                Assert.Equal(expected[generation].Logits, logits);
                last = generation;
            }

            return last;
        })).ToList();
        for (var number = 1; number <= Swaps; number++)
        {
            var package = number % 2 == 0 ? serving.Package : other;
            var pointer = await serving.PublishAsync(package, number, "a", "b");
            await serving.Host.Swap(ServingBundle.Open(package, serving.Store, pointer))!.Ended.WaitAsync(TimeSpan.FromMinutes(1));
            var requests = serving.Service.Counts.Requests;
            await Eventually.TrueAsync(() => serving.Service.Counts.Requests > requests + 16 || clients.Any(client => client.IsFaulted));
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
    }
}
