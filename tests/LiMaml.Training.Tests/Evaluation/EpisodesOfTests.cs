using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Evaluation;

public sealed class EpisodesOfTests
{
    [Fact]
    public async Task Tasks_ManyRowsOfOneMoment_KeepTheDatasetsOrder()
    {
        const int Count = 100; // enough for an unstable sort to disturb them
        var folder = Directory.CreateTempSubdirectory("limaml-ties-").FullName;
        try
        {
            var schema = new DatasetSchema(DatasetSchema.CurrentFormatVersion, "ties", LabelKind.Binary, [new DenseFeature("x")], [new TaskDefinition("member", ["m"], ["x"])]);
            await using (var writer = DatasetWriter.Create(Path.Combine(folder, "dataset"), schema))
            {
                await writer.AppendAsync("member", Split.Train, Rows(Count, 0), TestContext.Current.CancellationToken);
                await writer.AppendAsync("member", Split.Test, Rows(1, Count), TestContext.Current.CancellationToken);
                await writer.CompleteAsync("{}", TestContext.Current.CancellationToken);
            }

            var spec = new ModelSpec { MetaBlocks = [new MetaBlockSpec { Task = "member", Features = ["x"] }], Global = new GlobalBlockSpec { Features = ["x"] } };
            using var data = await TaskData.LoadAsync(Dataset.Open(Path.Combine(folder, "dataset")), spec, CPU, cancellation: TestContext.Current.CancellationToken);

            var episode = Assert.Single(EpisodesOf.Tasks(data, [Split.Train], Split.Test, 60));

            Assert.Equal(Enumerable.Range(Count - 60, 60), episode.Support);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Rows in groups of ten that share a moment.</summary>
    private static RowGroup Rows(int count, int first) => new()
    {
        Keys = [.. Enumerable.Repeat("ann", count)],
        Timestamps = [.. Enumerable.Range(first, count).Select(row => row / 10 * 1_000_000L)],
        Labels = [.. Enumerable.Range(first, count).Select(row => (float)(row % 2))],
        Weights = [.. Enumerable.Repeat(1f, count)],
        Rows = [.. Enumerable.Range(first, count).Select(row => (long)row)],
        Columns = new Dictionary<string, FeatureColumn> { ["x"] = new DenseColumn([.. Enumerable.Repeat(0f, count)]) },
    };
}
