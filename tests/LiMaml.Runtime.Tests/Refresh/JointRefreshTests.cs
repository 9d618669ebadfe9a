using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;
using LiMaml.Tests;

namespace LiMaml.Runtime.Tests.Refresh;

/// <summary>Refreshing the tasks of two definitions that meet each other.</summary>
public sealed class JointRefreshTests : IAsyncLifetime
{
    private static readonly RefreshOptions Plain = new() { Guardrails = new GuardrailOptions { LossTolerance = null, MaxJump = null, MaxNorm = null } };
    private PairDataset pairs = null!;
    private Dataset dataset = null!;
    private ModelPackage package = null!;
    private LocalEmbeddingStore store = null!;
    private WindowStore windows = null!;
    private WindowView view = null!;

    public async ValueTask InitializeAsync()
    {
        pairs = await PairDataset.WriteAsync();
        dataset = Dataset.Open(pairs.Folder);
        package = TestModel.Package(TestModel.Pair, pairs.PathOf("package"), schema: dataset.Schema);
        store = LocalEmbeddingStore.Open(pairs.PathOf("store"));
        windows = WindowStore.Open(pairs.PathOf("windows"), EventSchema.For(dataset.Schema), new WindowOptions { MaxAge = TimeSpan.FromDays(10_000) });
        windows.Apply(await DatasetReplay.Read(dataset, [Split.Train, Split.Validation]).ToListAsync(), 1);
        view = windows.View();
    }

    public async ValueTask DisposeAsync()
    {
        view.Dispose();
        windows.Dispose();
        await store.DisposeAsync();
        pairs.Dispose();
    }

    [Theory]
    [InlineData(65_536, 1)]
    [InlineData(50, 1)]
    [InlineData(50, 3)]
    public async Task RunAsync_ReplayedDataset_EqualsEmbeddingItOffline(int chunkRows, int threads)
    {
        var options = new EmbedOptions { Splits = [Split.Train, Split.Validation] };
        var offline = await JointEmbedder.RunAsync(package, dataset, pairs.PathOf("snapshots"), options);
        using var refresher = Open(Plain with { ChunkRows = chunkRows, ThreadCount = threads });

        var record = await refresher.RunAsync(RefreshSource.All(view));

        Assert.Equal(offline.ToDictionary(side => side.Key, side => side.Value.TaskCount), record.TaskCounts);
        foreach (var task in offline.Keys)
        {
            using var reader = await SnapshotReader.OpenAsync(Path.Combine(pairs.PathOf("snapshots"), JointEmbedder.FileOf(task)));
            var expected = await reader.ReadAsync().SingleAsync();
            var streamed = await ReadAsync(task, expected.Keys);
            Assert.All(streamed.Index(), one => Assert.Equal(expected.Embeddings.AsSpan(one.Index * 4, 4).ToArray(), one.Item!.Vector.ToArray(), (x, y) => Math.Abs(x - y) <= 1e-6f));
        }
    }

    [Fact]
    public async Task RunAsync_OneSideOnly_MeetsUnadaptedEmbeddings()
    {
        using var refresher = Open(Plain);

        await refresher.RunAsync(Source("member", view.Read("member")));

        await AssertAdaptedAsync("member", [.. view.Read("member")], null);
    }

    [Fact]
    public async Task RunAsync_NotShared_TakesNothingFromTheGenerationBefore()
    {
        using var refresher = Open(Plain);
        await refresher.RunAsync(RefreshSource.All(view));

        await refresher.RunAsync(Source("member", view.Read("member")));

        await AssertAdaptedAsync("member", [.. view.Read("member")], null);
    }

    [Fact]
    public async Task RunAddedAsync_OtherSideAtAnotherProcess_MeetsItsCurrentGeneration()
    {
        using var refresher = Open(Plain with { Shared = true });
        await refresher.RunAsync(Source("item", view.Read("item")));
        var items = await EmbeddingsAsync("item");

        var record = await refresher.RunAddedAsync(Source("member", view.Read("member")));

        Assert.Equal(1, record.Generation);
        await AssertAdaptedAsync("member", [.. view.Read("member")], items);
    }

    [Fact]
    public async Task RunChangedAsync_OneTask_MeetsTheCurrentGenerationOnce()
    {
        using var refresher = Open(Plain);
        await refresher.RunAsync(RefreshSource.All(view));
        var (items, others) = (await EmbeddingsAsync("item"), await EmbeddingsAsync("member"));
        var changed = view.Find("member", "m07")!;
        changed = changed with { Samples = [.. changed.Samples.SkipLast(5)] };

        await refresher.RunChangedAsync(Source("member", [changed]));

        await AssertAdaptedAsync("member", [changed], items);
        Assert.All(await EmbeddingsAsync("member"), member => Assert.Equal(member.Key == "m07", !member.Value.Span.SequenceEqual(others[member.Key].Span)));
    }

    [Fact]
    public async Task RunChangedAsync_BothSides_AdaptsTheLastDefinitionFirst()
    {
        using var refresher = Open(Plain);
        await refresher.RunAsync(Source("item", []));

        await refresher.RunChangedAsync(RefreshSource.All(view));

        await AssertAdaptedAsync("item", [.. view.Read("item")], null);
        await AssertAdaptedAsync("member", [.. view.Read("member")], await EmbeddingsAsync("item"));
    }

    [Fact]
    public async Task ForgetAsync_Counterpart_IsMetNoMore()
    {
        using var refresher = Open(Plain);
        await refresher.RunAsync(RefreshSource.All(view));

        await refresher.ForgetAsync("item", "i03");
        await refresher.RunChangedAsync(Source("member", view.Read("member")));

        Assert.Null((await ReadAsync("item", ["i03"]))[0]);
        var items = await EmbeddingsAsync("item");
        Assert.DoesNotContain("i03", items.Keys);
        await AssertAdaptedAsync("member", [.. view.Read("member")], items);
    }

    [Fact]
    public async Task ForgetAsync_DuringTheRounds_IsNeitherWrittenNorMet()
    {
        using var refresher = Open(Plain);
        var reads = 0;
        var source = new RefreshSource(view.Watermark, task =>
        {
            // Starts of both, a round of both, then the last round: its items are adapted already when the members' windows are read.
            if (task == "member" && ++reads == 3)
            {
                windows.Forget("item", "i03");
                refresher.ForgetAsync("item", "i03").GetAwaiter().GetResult();
            }

            return view.Read(task);
        });

        await refresher.RunAsync(source);

        Assert.Equal(3, reads);
        var before = await EmbeddingsAsync("item");
        await AssertAdaptedAsync("member", [.. view.Read("member")], before);
    }

    private static RefreshSource Source(string task, IEnumerable<Window> windows) => new(42_000_000, asked => asked == task ? windows : []);

    private Refresher Open(RefreshOptions options) => Refresher.Open(package, store, options);

    private async Task<IReadOnlyList<StoredEmbedding?>> ReadAsync(string task, IReadOnlyList<string> keys) => await store.ReadAsync((await store.CurrentAsync(default))!, task, keys, default);

    private async Task<Dictionary<string, ReadOnlyMemory<float>>> EmbeddingsAsync(string task)
    {
        string[] keys = [.. view.Read(task).Select(window => window.Key)];
        return (await ReadAsync(task, keys)).OfType<StoredEmbedding>().ToDictionary(embedding => embedding.Key, embedding => embedding.Vector);
    }

    /// <summary>Asserts that windows have the embeddings that the graph gives when their samples meet <paramref name="others"/>.</summary>
    private async Task AssertAdaptedAsync(string task, IReadOnlyList<Window> adapted, Dictionary<string, ReadOnlyMemory<float>>? others)
    {
        var other = task == "member" ? "item" : "member";
        using var adapter = Adapter.Open(package, task);
        var rows = WindowRows.Encode(adapted, dataset.Schema, adapter.Features);
        var counterparts = new Counterparts(new Dictionary<string, int> { [other] = 4 });
        foreach (var (key, embedding) in others ?? [])
        {
            counterparts.Of(other)!.Set(key, embedding.Span);
        }

        foreach (var (row, sample) in adapted.SelectMany(window => window.Samples).Index())
        {
            counterparts.Of(other)!.Map(row, sample.Keys[$"{other}_id"]);
        }

        var expected = adapter.Adapt(rows, counterparts).Embeddings;
        var found = await ReadAsync(task, [.. adapted.Select(window => window.Key)]);
        Assert.All(found.Index(), one => Assert.Equal(expected.AsSpan(one.Index * 4, 4).ToArray(), one.Item!.Vector.ToArray(), (x, y) => Math.Abs(x - y) <= 1e-6f));
    }
}
