using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Scoring;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Tests.Refresh;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Verification;

namespace LiMaml.Runtime.Tests;

/// <summary>The examples of <c>runtime/README.md</c>, run; the first test holds that they stand there as they are here.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Examples_OfTheReadme_AreThoseTestedHere()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "LiMaml.sln")))
        {
            root = root.Parent!;
        }

        var tested = File.ReadAllLines(Path.Combine(root.FullName, "tests", "LiMaml.Runtime.Tests", "ReadmeTests.cs")).Select(line => line.Trim()).ToHashSet();
        var examples = File.ReadAllText(Path.Combine(root.FullName, "runtime", "README.md")).Split("```csharp")[1..].Select(part => part.Split("```")[0]).ToList();
        Assert.True(examples.Count >= 3);
        Assert.All(examples.SelectMany(example => example.Split('\n')).Select(line => line.Trim()), line => Assert.Contains(line, tested));
    }

    [Fact]
    public async Task Example_OverWholeDatasets_Runs()
    {
        var packageFolder = TestModel.Recorded(TestModel.Mlp, folder["package"]).Folder;
        var datasetFolder = (await TestDataset.WriteAsync(folder["dataset"])).Folder;
        var (snapshotFile, scoresFile) = (folder["snapshot.parquet"], folder["scores.csv"]);

        var package = ModelPackage.Open(packageFolder);
        var dataset = Dataset.Open(datasetFolder);

        var verified = Verifier.Verify(package.Folder);
        var embedded = await Embedder.RunAsync(package, dataset, snapshotFile);
        var scored = await BatchScorer.RunAsync(package, dataset, scoresFile, new ScoreOptions { Snapshot = snapshotFile });

        Assert.True(verified.Passed);
        Assert.Equal((6, 3, 17), (embedded.TaskCount, scored.ColdRowCount, scored.RowCount));
        Console.WriteLine($"largest error {verified.LargestError}, {embedded.TaskCount} tasks, {scored.ColdRowCount} of {scored.RowCount} rows cold");
    }

    [Fact]
    public void Example_BatchByBatch_Runs()
    {
        var package = TestModel.Package(TestModel.Mlp, folder["package"]);
        var rows = TestDataset.Rows([("a", 4)], seed: 1);

        using var adapter = Adapter.Open(package, "member");
        using var scorer = Scorer.Open(package);

        // two tasks: one with the first three rows as history, oldest first; one without history, known by the features of row 3
        var adapted = adapter.Adapt(new TaskRows(rows, [TaskRange.Of(start: 0, count: 3), new TaskRange(Start: 0, Count: 0, Latest: 3)]));
        var scores = scorer.Score(rows, [3, 3], new Dictionary<string, ReadOnlyMemory<float>> { ["member"] = adapted.Embeddings });

        Assert.NotEqual(scores.Predictions[0], scores.Predictions[1]);
        Console.WriteLine($"row 3 scored for either task: {scores.Predictions[0]} and {scores.Predictions[1]}");
    }

    [Fact]
    public async Task Example_Refresh_Runs()
    {
        var package = TestModel.Package(TestModel.Exact, folder["package"], schema: SampleWindows.Schema);
        using var windows = await SampleWindows.ReplayAsync(await SampleWindows.WriteDatasetAsync(folder["dataset"]), folder["windows"]);
        var (embeddingsFolder, stateFolder) = (folder["embeddings"], folder["state"]);

        await using var store = LocalEmbeddingStore.Open(embeddingsFolder);
        using var refresher = Refresher.Open(package, store, new RefreshOptions { ThreadCount = 2 }, new RefreshLog(stateFolder));

        using var view = windows.View();
        var refreshed = await refresher.RunAsync(RefreshSource.All(view));

        Assert.Equal((1L, 5L), (refreshed.Generation, refreshed.TaskCount));
        Console.WriteLine($"generation {refreshed.Generation}: {refreshed.AdaptedCount} of {refreshed.TaskCount} tasks adapted, support loss {refreshed.MeanLossBefore} → {refreshed.MeanLossAfter}");
    }

    [Fact]
    public async Task Example_ScoringRequests_Runs()
    {
        var package = TestModel.Package(TestModel.Exact, folder["package"]);
        var cancellation = CancellationToken.None;
        await using var store = LocalEmbeddingStore.Open(folder["store"]);
        await store.WriteAsync(package.Manifest.BundleId, 1, [new StoredEmbedding("member", "m1", new float[] { 1, 2, 3, 4, 5 }, 0, 1, 0, 0)], cancellation);
        await store.FlipAsync(new EmbeddingPointer(package.Manifest.BundleId, 1, DateTimeOffset.UnixEpoch), cancellation);

        using var host = new BundleHost();
        host.Swap(ServingBundle.Open(package, store, await store.CurrentAsync(cancellation)));
        await using var scoring = new ScoringService(host, new ScoringOptions { MaxBatchRows = 256 });

        var response = await scoring.ScoreAsync(
            new ScoreRequest
            {
                RowCount = 2,
                Keys = new Dictionary<string, IReadOnlyList<string>> { ["member"] = ["m1"] },
                Floats = new Dictionary<string, ReadOnlyMemory<float>> { ["dense"] = new float[] { 25, 31 }, ["taste"] = new float[8] },
                Words = new Dictionary<string, IReadOnlyList<string>> { ["categorical"] = ["shoes", "a", "hats", "b"], ["genres"] = ["x", "", "", "y", "z", ""] },
            },
            cancellation);

        Assert.Equal([false, false], response.Cold["member"]);
        Assert.NotEqual(response.Scores.Predictions[0], response.Scores.Predictions[1]);
        Console.WriteLine($"{response.Scores.Predictions[0]} by generation {response.Generation} of {response.BundleId}; cold: {response.Cold["member"][0]}");
    }
}
