using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Models.Snapshots;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Refresh;

public sealed class RefresherTests : IAsyncDisposable
{
    private static readonly GuardrailOptions NoGuardrails = new() { LossTolerance = null, MaxJump = null, MaxNorm = null };
    private readonly TestFolder folder = new();
    private FaultyStore store;

    public RefresherTests() => store = new FaultyStore(LocalEmbeddingStore.Open(folder["store"]));

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData(65_536, 1)]
    [InlineData(1, 1)]
    [InlineData(10, 3)]
    [InlineData(10, 3, true)]
    public async Task RunAsync_ReplayedDataset_EqualsEmbeddingItOffline(int chunkRows, int threads, bool transformer = false)
    {
        var package = Package(transformer ? TestModel.Transformer : TestModel.Mlp);
        var dataset = await SampleWindows.WriteDatasetAsync(folder["dataset"]);
        var offline = await Embedder.RunAsync(package, dataset, folder["snapshot.parquet"]);
        using var windows = await SampleWindows.ReplayAsync(dataset, folder["windows"]);
        using var view = windows.View();
        using var refresher = Refresher.Open(package, store, new RefreshOptions { ChunkRows = chunkRows, ThreadCount = threads, Guardrails = NoGuardrails });
        var record = await refresher.RunAsync(RefreshSource.All(view));

        Assert.Equal((offline.TaskCount, offline.AsOf), (record.TaskCount, record.AsOf));
        Assert.Equal(offline.MeanLossBefore, record.MeanLossBefore, 1e-6);
        Assert.Equal(offline.MeanLossAfter, record.MeanLossAfter, 1e-6);
        using var reader = await SnapshotReader.OpenAsync(folder["snapshot.parquet"]);
        var expected = await reader.ReadAsync().SingleAsync();
        var streamed = await ReadAllAsync();
        Assert.Equal(expected.Keys.Order(), streamed.Keys.Order());
        Assert.All(expected.Keys.Index(), key =>
        {
            var embedding = streamed[key.Item];
            Assert.Equal(expected.Embeddings[(key.Index * 5)..((key.Index + 1) * 5)], embedding.Vector.ToArray(), new Close(1e-6f));
            Assert.Equal((expected.NewestEventTimes[key.Index], expected.SupportCounts[key.Index]), (embedding.NewestEventTime, embedding.SupportCount));
            Assert.Equal(expected.LossBefore[key.Index], embedding.LossBefore, 1e-5f);
            Assert.Equal(expected.LossAfter[key.Index], embedding.LossAfter, 1e-5f);
        });
    }

    [Fact]
    public async Task RunAsync_Twice_CarriesNothingOver()
    {
        using var refresher = Open();
        await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3), ("b", 5))));
        var record = await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(2, ("b", 4), ("c", 1))));
        Assert.Equal(["b", "c"], (await ReadAllAsync()).Keys.Order());
        var (current, previous) = (await store.CurrentAsync(default), await store.PreviousAsync(default));
        Assert.Equal((refresher.BundleId, 2L), (current!.BundleId, current.Generation));
        Assert.Equal(1, previous!.Generation);
        Assert.Equal((2L, 2L), (record.Generation, record.TaskCount));
    }

    [Fact]
    public async Task RunAsync_NoWindows_PublishesAnEmptyGeneration()
    {
        using var refresher = Open();
        var record = await refresher.RunAsync(RefreshSource.All());
        Assert.Equal((0L, 1L, null, 0.0), (record.TaskCount, record.Generation, record.AsOf, record.MeanLossAfter));
        Assert.Empty(await ReadAllAsync());
    }

    [Fact]
    public async Task RunAsync_Record_SaysWhatWasDone()
    {
        var clock = new StoppedClock(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));
        var log = new RefreshLog(folder["state"]);
        using var refresher = Refresher.Open(Package(TestModel.Exact), store, new RefreshOptions { Guardrails = NoGuardrails }, log, clock);
        var record = await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3), ("b", 50))));
        Assert.Equal((RefreshKind.Full, refresher.BundleId, 1L), (record.Kind, record.BundleId, record.Generation));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(42), record.AsOf);
        Assert.Equal((clock.Now, clock.Now), (record.Started, record.Finished));
        Assert.Equal((2L, 2L, 0L, 15L), (record.TaskCount, record.AdaptedCount, record.KeptCount, record.SampleCount));
        Assert.Equal(2, record.TaskCounts["member"]);
        Assert.Empty(record.GuardrailCounts);
        Assert.Equal(clock.Now, (await store.CurrentAsync(default))!.PublishedAt);
        Assert.Equal(record.MeanLossAfter, Assert.Single(log.Last(2)).MeanLossAfter);
    }

    [Fact]
    public async Task RunAsync_Progress_CountsTasksAndSamples()
    {
        using var refresher = Open(new RefreshOptions { ChunkRows = 1 });
        var progress = new Reports<RefreshProgress>();
        await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3), ("b", 5), ("c", 2))), progress);
        Assert.Equal([(1L, 3L), (2L, 8L), (3L, 10L)], progress.All.Select(report => (report.TaskCount, report.SampleCount)));
    }

    [Fact]
    public async Task RunAsync_NotFinite_GivesTheUnadaptedEmbedding()
    {
        var package = Package(TestModel.Diverging);
        using var refresher = Refresher.Open(package, store);
        var windows = SampleWindows.Of(1, ("a", 3), ("b", 12));
        var record = await refresher.RunAsync(SampleWindows.Source(windows));
        Assert.Equal(2, record.GuardrailCounts[GuardrailReason.NotFinite]);
        Assert.Equal((0L, 0L, 2L), (record.AdaptedCount, record.KeptCount, record.TaskCount));
        var stored = (await ReadAllAsync())["b"];
        Assert.Equal(Unadapted(package, windows[1]), stored.Vector.ToArray());
        Assert.Equal((0, windows[1].Samples[^1].EventTime), (stored.SupportCount, stored.NewestEventTime));
        Assert.Equal(stored.LossBefore, stored.LossAfter);
    }

    [Fact]
    public async Task RunAsync_NormTooLarge_GivesTheUnadaptedEmbedding()
    {
        var package = Package(TestModel.Exact);
        using var refresher = Refresher.Open(package, store, new RefreshOptions { Guardrails = NoGuardrails with { MaxNorm = 1e-9 } });
        var windows = SampleWindows.Of(1, ("a", 3));
        var record = await refresher.RunAsync(SampleWindows.Source(windows));
        Assert.Equal(1, record.GuardrailCounts[GuardrailReason.NormTooLarge]);
        Assert.Equal(Unadapted(package, windows[0]), (await ReadAllAsync())["a"].Vector.ToArray());
    }

    [Fact]
    public async Task RunAsync_LossThatGrew_GivesTheUnadaptedEmbedding()
    {
        var package = Package(TestModel.Exact with { FineTuning = TestModel.Exact.FineTuning with { Steps = 1, StepSize = 50, Reduction = LossReduction.Sum } });
        using var refresher = Refresher.Open(package, store, new RefreshOptions { Guardrails = NoGuardrails with { LossTolerance = 0 } });
        var windows = SampleWindows.Of(1, ("a", 12), ("b", 11), ("c", 10));
        var record = await refresher.RunAsync(SampleWindows.Source(windows));
        var held = record.GuardrailCounts[GuardrailReason.LossNotImproved];
        Assert.InRange(held, 1, 3);
        Assert.Equal(3, held + record.AdaptedCount);
        var unadapted = (await ReadAllAsync()).Values.Where(embedding => embedding.SupportCount == 0).ToList();
        Assert.Equal(held, unadapted.Count);
        Assert.All(unadapted, embedding => Assert.Equal(Unadapted(package, windows.Single(window => window.Key == embedding.Key)), embedding.Vector.ToArray()));
        Assert.True(record.MeanLossAfter <= record.MeanLossBefore);
    }

    [Fact]
    public async Task RunAsync_JumpTooLarge_KeepsTheCurrentEmbedding()
    {
        var package = Package(TestModel.Exact);
        using var refresher = Refresher.Open(package, store, new RefreshOptions { Guardrails = NoGuardrails with { MaxJump = 1e-9 } });
        await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3), ("b", 4))));
        var before = await ReadAllAsync();
        var record = await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(2, ("a", 9), ("new", 4))));
        var after = await ReadAllAsync();
        Assert.Equal((1L, 1L, 1L), (record.GuardrailCounts[GuardrailReason.JumpTooLarge], record.KeptCount, record.AdaptedCount));
        Assert.Equal(["a", "new"], after.Keys.Order());
        Assert.Equal(before["a"] with { Vector = default }, after["a"] with { Vector = default });
        Assert.Equal(before["a"].Vector.ToArray(), after["a"].Vector.ToArray());
    }

    [Fact]
    public async Task RunAsync_AnotherModelIsCurrent_IsNotComparedWith()
    {
        using var first = Open(seed: 1);
        await first.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3))));
        using var second = Open(new RefreshOptions { Guardrails = NoGuardrails with { MaxJump = 1e-9 } }, seed: 2);
        Assert.NotEqual(first.BundleId, second.BundleId);
        var record = await second.RunAsync(SampleWindows.Source(SampleWindows.Of(2, ("a", 3))));
        Assert.Equal((1L, 2L, second.BundleId), (record.AdaptedCount, record.Generation, (await store.CurrentAsync(default))!.BundleId));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first.RunChangedAsync(SampleWindows.Source(SampleWindows.Of(3, ("a", 3)))));
    }

    [Fact]
    public async Task RunAsync_SeveralTaskDefinitions_RefreshesEach()
    {
        using var refresher = Refresher.Open(TestModel.Package(TestModel.Two, folder["package"]), store);
        var members = SampleWindows.Of(1, ("a", 3), ("b", 5));
        var items = SampleWindows.Of(2, ("i", 7)).Select(window => window with { Task = "item" });
        var record = await refresher.RunAsync(SampleWindows.Source([.. members, .. items]));
        Assert.Equal([("item", 1L), ("member", 2L)], record.TaskCounts.Select(count => (count.Key, count.Value)).Order());
        var pointer = (await store.CurrentAsync(default))!;
        Assert.Equal(3, (await store.ReadAsync(pointer, "item", ["i"], default))[0]!.Vector.Length);
        Assert.Equal(5, (await store.ReadAsync(pointer, "member", ["a"], default))[0]!.Vector.Length);
    }

    [Fact]
    public async Task RunAsync_Cancelled_PublishesNothingAndLeavesNothing()
    {
        using var refresher = Open(new RefreshOptions { ChunkRows = 1 });
        await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3))));
        using var cancellation = new CancellationTokenSource();
        var progress = new Reports<RefreshProgress>(_ => cancellation.Cancel());
        var windows = SampleWindows.Of(2, ("a", 3), ("b", 3), ("c", 3));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refresher.RunAsync(SampleWindows.Source(windows), progress, cancellation.Token));
        Assert.Single(progress.All);
        Assert.Equal(1, (await store.CurrentAsync(default))!.Generation);
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => store.FlipAsync(new EmbeddingPointer(refresher.BundleId, 2, default), default));
        await refresher.RunAsync(SampleWindows.Source(windows.Skip(1)));
        Assert.Equal(["b", "c"], (await ReadAllAsync()).Keys.Order());
    }

    [Fact]
    public async Task RunAsync_WindowThatCannotBeRead_PublishesNothing()
    {
        using var refresher = Open(new RefreshOptions { ChunkRows = 1, ThreadCount = 2 });
        var fault = await Assert.ThrowsAsync<DamagedStoreException>(() => refresher.RunAsync(new RefreshSource(null, _ => Damaged())));
        Assert.Equal("windows", fault.Folder);
        Assert.Null(await store.CurrentAsync(default));
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => store.FlipAsync(new EmbeddingPointer(refresher.BundleId, 1, default), default));

        static IEnumerable<Window> Damaged()
        {
            yield return SampleWindows.Of(1, ("a", 3))[0];
            throw new DamagedStoreException("windows", "a damaged sample");
        }
    }

    [Fact]
    public async Task RunAsync_CrashBetweenWriteAndFlip_KeepsTheGenerationBefore()
    {
        using var refresher = Open();
        await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3))));
        store.Before = name =>
        {
            if (name is "Flip")
            {
                store.Before = _ => throw new EmbeddingStoreUnavailableException("the process is gone");
                throw new IOException("the process is gone");
            }
        };
        await Assert.ThrowsAsync<IOException>(() => refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(2, ("a", 4), ("left", 5)))));
        await ReopenAsync();
        Assert.Equal(1, (await store.CurrentAsync(default))!.Generation);
        Assert.Equal(3, (await ReadAllAsync())["a"].SupportCount);

        using var restarted = Open();
        await restarted.RunAsync(SampleWindows.Source(SampleWindows.Of(3, ("b", 2))));
        Assert.Equal(2, (await store.CurrentAsync(default))!.Generation);
        Assert.Equal(["b"], (await ReadAllAsync()).Keys);
    }

    [Fact]
    public async Task RunAsync_StoreDoesNotAnswerForAWhile_Waits()
    {
        using var refresher = Open(new RefreshOptions { StoreRetry = TimeSpan.FromMilliseconds(1) });
        await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3))));
        var calls = new Dictionary<string, int> { ["Current"] = 0, ["Previous"] = 0, ["Read"] = 0 };
        store.Before = name =>
        {
            if (calls.TryGetValue(name, out var count) && (calls[name] = count + 1) <= 2)
            {
                throw new EmbeddingStoreUnavailableException("not now");
            }
        };
        var record = await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(2, ("a", 3))));
        Assert.Equal((2L, 1L), (record.Generation, record.TaskCount));
        Assert.All(calls.Values, count => Assert.True(count > 2));
    }

    [Fact]
    public async Task RunChangedAsync_SomeTasks_AreSeenAtOnceInTheSameGeneration()
    {
        using var refresher = Open();
        var windows = SampleWindows.Of(1, ("a", 3), ("b", 4));
        await refresher.RunAsync(SampleWindows.Source(windows));
        var before = await ReadAllAsync();
        var record = await refresher.RunChangedAsync(SampleWindows.Source(SampleWindows.Of(2, ("b", 9), ("c", 2))));
        var after = await ReadAllAsync();
        Assert.Equal((RefreshKind.Changed, 1L, 2L), (record.Kind, record.Generation, record.TaskCount));
        Assert.Equal(1, (await store.CurrentAsync(default))!.Generation);
        Assert.Equal([3, 9, 2], ((string[])["a", "b", "c"]).Select(key => after[key].SupportCount));
        Assert.Equal(before["a"].Vector.ToArray(), after["a"].Vector.ToArray());
        Assert.NotEqual(before["b"].Vector.ToArray(), after["b"].Vector.ToArray());
    }

    [Fact]
    public async Task RunChangedAsync_TasksOfAStore_ReadsTheirWindowsAlone()
    {
        var dataset = await SampleWindows.WriteDatasetAsync(folder["dataset"]);
        using var windows = await SampleWindows.ReplayAsync(dataset, folder["windows"]);
        using var refresher = Open(new RefreshOptions { Guardrails = NoGuardrails });
        await refresher.RunAsync(RefreshSource.All());
        using var dirty = windows.TakeDirty(1_000);
        using var view = windows.View();
        var record = await refresher.RunChangedAsync(RefreshSource.Changed((view, dirty.Tasks), (view, [new TaskRef("member", "nobody")])));
        Assert.Equal(["a", "late", "long", "one", "é"], (await ReadAllAsync()).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(5, record.TaskCount);
    }

    [Fact]
    public async Task RunChangedAsync_NothingPublished_AsksForAFullRefresh()
    {
        using var refresher = Open();
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => refresher.RunChangedAsync(SampleWindows.Source([])));
        Assert.Equal($"no generation of bundle {refresher.BundleId} is current: run a full refresh first.", fault.Message);
    }

    [Fact]
    public async Task RunChangedAsync_StoreWithoutUpserts_IsRefused()
    {
        await using var parquet = await ParquetEmbeddingStore.OpenAsync(folder["parquet"]);
        using var refresher = Refresher.Open(Package(TestModel.Exact), parquet);
        await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3))));
        await Assert.ThrowsAsync<NotSupportedException>(() => refresher.RunChangedAsync(SampleWindows.Source([])));
    }

    [Fact]
    public async Task RunChangedAsync_DuringAFullRefresh_IsNotOverwrittenByIt()
    {
        using var refresher = Open(new RefreshOptions { ChunkRows = 1 });
        await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3), ("b", 3))));
        var old = SampleWindows.Of(2, ("a", 4), ("b", 4), ("c", 4));
        await refresher.RunAsync(new RefreshSource(null, _ => Hooked(old, "b", () =>
        {
            var changed = refresher.RunChangedAsync(SampleWindows.Source(SampleWindows.Of(3, ("a", 7), ("c", 7)))).GetAwaiter().GetResult();
            Assert.Equal(1, changed.Generation);
        })));
        var after = await ReadAllAsync();
        Assert.Equal([7, 4, 7], ((string[])["a", "b", "c"]).Select(key => after[key].SupportCount));
        Assert.Equal(2, (await store.CurrentAsync(default))!.Generation);
    }

    [Fact]
    public async Task ForgetAsync_DuringAFullRefresh_IsNotUndoneByIt()
    {
        using var refresher = Open(new RefreshOptions { ChunkRows = 1 });
        await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3), ("b", 3), ("c", 3))));
        await refresher.RunAsync(new RefreshSource(null, _ => Hooked(SampleWindows.Of(2, ("a", 4), ("b", 4), ("c", 4)), "b", () =>
        {
            refresher.ForgetAsync("member", "a").GetAwaiter().GetResult();
            refresher.ForgetAsync("member", "c").GetAwaiter().GetResult();
        })));
        Assert.Equal(["b"], (await ReadAllAsync()).Keys);
        await store.FlipAsync((await store.PreviousAsync(default))!, default);
        Assert.Equal(["b"], (await ReadAllAsync()).Keys);
    }

    [Fact]
    public async Task ForgetAsync_DuringARefreshOfChangedTasks_IsNotUndoneByIt()
    {
        using var refresher = Open(new RefreshOptions { ChunkRows = 1 });
        await refresher.RunAsync(SampleWindows.Source(SampleWindows.Of(1, ("a", 3), ("b", 3))));
        await refresher.RunChangedAsync(new RefreshSource(null, _ => Hooked(
            SampleWindows.Of(2, ("a", 4), ("b", 4)), "b", () => refresher.ForgetAsync("member", "b").GetAwaiter().GetResult())));
        Assert.Equal(["a"], (await ReadAllAsync()).Keys);
    }

    [Fact]
    public void Open_OptionsOutOfRange_AreNamed()
    {
        var package = Package(TestModel.Exact);
        Refused(new RefreshOptions { ThreadCount = 0 }, "ThreadCount: found 0");
        Refused(new RefreshOptions { ChunkRows = 0 }, "ChunkRows: found 0");
        Refused(new RefreshOptions { StoreRetry = TimeSpan.Zero }, "StoreRetry: found 00:00:00");
        Refused(new RefreshOptions { Adapter = new() { BatchRows = 0 } }, "BatchRows: found 0");
        Refused(new RefreshOptions { Guardrails = new() { MaxNorm = -1 } }, "Guardrails:MaxNorm: found -1");

        void Refused(RefreshOptions options, string message) =>
            Assert.StartsWith(message, Assert.Throws<InvalidInputException>(() => Refresher.Open(package, store, options)).Message);
    }

    /// <summary>The windows; before that of <paramref name="key"/> is handed out, <paramref name="hook"/> runs.</summary>
    private static IEnumerable<Window> Hooked(IEnumerable<Window> windows, string key, Action hook)
    {
        foreach (var window in windows)
        {
            if (window.Key == key)
            {
                hook();
            }

            yield return window;
        }
    }

    private static float[] Unadapted(ModelPackage package, Window window)
    {
        using var unadapted = UnadaptedEmbeddings.Open(package, "member");
        var rows = WindowRows.Encode([window], package.Manifest.Schema, unadapted.Features);
        var vector = new float[unadapted.EmbeddingSize];
        unadapted.Embed(rows.Rows, [rows.Tasks[0].Latest], vector);
        return vector;
    }

    private ModelPackage Package(ModelSpec spec, int seed = 1) => TestModel.Package(spec, folder[$"package-{seed}"], seed, SampleWindows.Schema with { Label = spec.Label });

    private Refresher Open(RefreshOptions? options = null, int seed = 1) => Refresher.Open(
        Directory.Exists(folder[$"package-{seed}"]) ? ModelPackage.Open(folder[$"package-{seed}"]) : Package(TestModel.Exact, seed),
        store,
        options ?? new RefreshOptions { Guardrails = NoGuardrails });

    private async Task<Dictionary<string, StoredEmbedding>> ReadAllAsync() =>
        await store.ReadAllAsync((await store.CurrentAsync(default))!, default).ToDictionaryAsync(embedding => embedding.Key);

    private async Task ReopenAsync()
    {
        await store.DisposeAsync();
        store = new FaultyStore(LocalEmbeddingStore.Open(folder["store"]));
    }

    private sealed class Close(float tolerance) : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(float value) => 0;
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now => now;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
