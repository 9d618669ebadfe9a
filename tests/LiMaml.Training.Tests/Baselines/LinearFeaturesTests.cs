using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Baselines;
using LiMaml.Training.Data;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Baselines;

public sealed class LinearFeaturesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("limaml-linear-").FullName;

    [Fact]
    public async Task Encode_EveryKindOfFeature_GivesTheColumnsByHand()
    {
        Feature[] features =
        [
            new DenseFeature("x", DenseTransform.Standardise, 1, 2),
            new DenseFeature("count", DenseTransform.Log1p, 0, 1),
            new DenseFeature("age", DenseTransform.Bucketise, Boundaries: [10, 20]),
            new CategoricalFeature("kind", ["a", "b"]),
            new MultiValuedFeature("tags", ["s", "t"], null, 2),
            new VectorFeature("image", 2),
        ];
        var schema = new DatasetSchema(DatasetSchema.CurrentFormatVersion, "linear", LabelKind.Binary, features, [new TaskDefinition("member", ["m"], ["x"])]);
        await using (var writer = DatasetWriter.Create(Path.Combine(folder, "dataset"), schema))
        {
            await writer.AppendAsync("member", Split.Train, TwoRows(), TestContext.Current.CancellationToken);
            await writer.CompleteAsync("{}", TestContext.Current.CancellationToken);
        }

        var spec = new ModelSpec { MetaBlocks = [new MetaBlockSpec { Task = "member", Features = [] }], Global = new GlobalBlockSpec { Features = [.. features.Select(feature => feature.Name)] } };
        using var data = await TaskData.LoadAsync(Dataset.Open(Path.Combine(folder, "dataset")), spec, CPU, cancellation: TestContext.Current.CancellationToken);
        var encoded = LinearFeatures.Encode(data, new FeatureLayout(features), features);

        Assert.Equal(10, encoded.ColumnCount);
        Assert.Equal([1, Math.Log(2), 1, 0, 0, 1, 0, 1, .5f, -1], Columns(encoded, 0), (left, right) => Math.Abs(left - right) < 1e-6);
        Assert.Equal([-.5, 0, 1, 1, 0, 0, 1, 1, 2, 0], Columns(encoded, 1), (left, right) => Math.Abs(left - right) < 1e-6);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static double[] Columns(LinearFeatures features, int row)
    {
        var columns = new double[features.ColumnCount];
        features.Add(row, 1, columns);
        for (var column = 0; column < columns.Length; column++)
        {
            Assert.Equal(columns[column], features.Dot(row, [.. columns.Select((_, other) => other == column ? 1.0 : 0)]));
        }

        return columns;
    }

    private static RowGroup TwoRows() => new()
    {
        Keys = ["ann", "ann"],
        Timestamps = [0, 1],
        Labels = [0, 1],
        Weights = [1, 1],
        Rows = [0, 1],
        Columns = new Dictionary<string, FeatureColumn>
        {
            ["x"] = new DenseColumn([3, 0]),
            ["count"] = new DenseColumn([1, 0]),
            ["age"] = new DenseColumn([10, 30]),
            ["kind"] = new CategoricalColumn([2, 0]),
            ["tags"] = new MultiValuedColumn([0, 1, 3], [2, 1, 2]),
            ["image"] = new VectorColumn([.5f, -1, 2, 0], 2),
        },
    };
}
