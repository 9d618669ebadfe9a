using LiMaml.Models;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Serving;

public sealed class BundleHostTests
{
    [Fact]
    public async Task Swap_WhileARequestUsesTheBundle_EndsItAfterwards()
    {
        using var serving = new TestServing(TestModel.Exact);
        var first = await serving.ServeAsync(1, "a");
        var lease = serving.Service.Acquire();
        var second = first.With(await serving.PublishAsync(serving.Package, 2, "a"));

        Assert.Same(first, serving.Host.Swap(second));
        Assert.Same(second, serving.Host.Current);
        Assert.False(first.Ended.IsCompleted);
        using (var call = serving.Service.Open(lease, ScoringMode.Joined, 1))
        {
            Fill(serving, call);
            await serving.Service.ScoreAsync(call);
            Assert.Equal(serving.Expected(2, 1, "a").Logits![0], call.Scores("logit")[0]);
        }

        lease.Dispose();
        lease.Dispose();
        Assert.True(first.Ended.IsCompletedSuccessfully);
        Assert.Equal(2, (await serving.Service.ScoreAsync(serving.Request(1, "a"))).Generation);
        serving.Host.Dispose();
        Assert.True(second.Ended.IsCompletedSuccessfully);
        Assert.Throws<ObjectDisposedException>(() => first.With(null));
    }

    [Fact]
    public async Task Open_EmbeddingsOfAnotherBundle_AreRefused()
    {
        using var serving = new TestServing(TestModel.Exact);
        var bundle = await serving.ServeAsync(1, "a");
        var other = new EmbeddingPointer(new string('0', 32), 1, DateTimeOffset.UnixEpoch);
        Assert.Throws<InvalidInputException>(() => ServingBundle.Open(serving.Package, serving.Store, other));
        Assert.Throws<InvalidInputException>(() => bundle.With(other));
    }

    [Fact]
    public async Task Swap_UnderSixteenClients_NeitherFailsNorMixesBundles()
    {
        const int Swaps = 24;
        using var serving = new TestServing(TestModel.Exact, options: new ScoringOptions { Concurrency = 2 });
        var other = serving.Another(seed: 5);
        using var otherScorer = Runtime.Scoring.Scorer.Open(other);
        string[] keys = ["a", "b", "b", "cold"];
        string?[] known = ["a", "b", "b", null];
        var expected = Enumerable.Range(0, Swaps + 1).ToDictionary(number => (long)number, number =>
            (Bundle: (number % 2 == 0 ? serving.Package : other).Manifest.BundleId,
            serving.Expected(number % 2 == 0 ? serving.Scorer : otherScorer, serving.Rows, 4, number, known).Logits));
        Assert.Equal(Swaps + 1, expected.Values.Select(value => value.Logits![0]).Distinct().Count());
        await serving.ServeAsync(0, "a", "b");
        var request = serving.Request(4, keys);
        using var stop = new CancellationTokenSource();

        var clients = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            var seen = new HashSet<long>();
            while (!stop.IsCancellationRequested)
            {
                var response = await serving.Service.ScoreAsync(request);
                Assert.Equal(expected[response.Generation!.Value], (response.BundleId, response.Scores.Logits), new Same());
                seen.Add(response.Generation.Value);
            }

            return seen;
        })).ToList();
        for (var number = 1; number <= Swaps; number++)
        {
            var package = number % 2 == 0 ? serving.Package : other;
            var pointer = await serving.PublishAsync(package, number, "a", "b");
            await serving.Host.Swap(ServingBundle.Open(package, serving.Store, pointer))!.Ended.WaitAsync(TimeSpan.FromMinutes(1));
        }

        await stop.CancelAsync();
        var generations = (await Task.WhenAll(clients)).SelectMany(seen => seen).ToHashSet();
        Assert.Contains(Swaps, generations);
        Assert.True(generations.Count > 2);
    }

    private static void Fill(TestServing serving, ScoringCall call)
    {
        var tensors = serving.Tensors(call.RowCount);
        foreach (var input in call.Served.Inputs.Where(input => !input.IsKeys))
        {
            if (input.Kind == ServedKind.Float32)
            {
                tensors.Floats[input.Name].Span.CopyTo(call.Float32(input));
            }
            else
            {
                tensors.Integers[input.Name].Span.CopyTo(call.Int64(input));
            }
        }

        call.SetKeys(call.Served.Input("task"), ["a"]);
    }

    private sealed class Same : IEqualityComparer<(string Bundle, float[]? Logits)>
    {
        public bool Equals((string Bundle, float[]? Logits) a, (string Bundle, float[]? Logits) b) => a.Bundle == b.Bundle && a.Logits!.SequenceEqual(b.Logits!);

        public int GetHashCode((string Bundle, float[]? Logits) value) => value.Bundle.GetHashCode(StringComparison.Ordinal);
    }
}
