using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Data;

public sealed class EpisodeBatchTests
{
    [Fact]
    public async Task Gather_ForATransformer_SaysWhenSupportRowsCame()
    {
        using var scope = NewDisposeScope();
        using var toy = await ToyDataset.WriteAsync();
        var dataset = Dataset.Open(toy.Folder);
        using var data = await TaskData.LoadAsync(dataset, TrainingRunTests.Transformer(AdaptedLayers.ReadOut).Resolve(dataset.Schema), CPU, cancellation: TestContext.Current.CancellationToken);
        var rows = data.Rows(0, Split.Train);

        var times = EpisodeBatch.Gather(data, [new Episode(0, [rows.Start, rows.Start + 2, rows.Start + 7], [rows.End - 1]), new Episode(0, [], [rows.Start])]).Support.Times!;

        Assert.Equal([1, 2, 3, 0, 0, 0], times.Positions.data<float>().ToArray());
        Assert.Equal([0, 2 / 86_400f, 5 / 86_400f, 0, 0, 0], times.Elapsed.data<float>().ToArray(), (expected, found) => Math.Abs(expected - found) < 1e-10); // rows come every second
    }

    [Fact]
    public async Task Gather_ForAnMlp_LeavesTimesOut()
    {
        using var scope = NewDisposeScope();
        using var toy = await ToyDataset.WriteAsync();
        var dataset = Dataset.Open(toy.Folder);
        using var data = await TaskData.LoadAsync(dataset, TrainingRunTests.Configuration().Resolve(dataset.Schema), CPU, cancellation: TestContext.Current.CancellationToken);

        Assert.Null(EpisodeBatch.Gather(data, [new Episode(0, [0, 1], [2])]).Support.Times);
    }
}
