using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Batches;

public sealed class FeatureTensorsTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly GraphSession session;
    private readonly FeatureLayout layout;

    public FeatureTensorsTests()
    {
        var package = TestModel.Package(TestModel.Mlp, folder["package"]);
        session = GraphSession.Open(package, package.Adapt("member"));
        layout = new FeatureLayout(TestModel.Mlp.MetaBlocks[0].Features.Select(TestModel.Schema.Feature));
    }

    public void Dispose()
    {
        session.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Fill_ChosenRows_WritesTheirFeaturesInTheLayoutsOrder()
    {
        var rows = TestDataset.Rows([("a", 5)], seed: 1);
        using var batch = session.Rent();
        batch.Resize(("tasks", 2), ("support", 1));
        new FeatureTensors(layout, GraphTensorNames.Latest).Fill(rows, [3, 1], batch);

        var (age, visits) = (Column<DenseColumn>(rows, "age").Values, Column<DenseColumn>(rows, "visits").Values);
        Assert.Equal([age[3], visits[3], age[1], visits[1]], batch.Float32("latest_dense").ToArray());
        var city = Column<CategoricalColumn>(rows, "city").Indices;
        Assert.Equal([city[3], city[1]], batch.Int64("latest_categorical").ToArray().Select(index => (int)index));
        var taste = Column<VectorColumn>(rows, "taste").Values;
        Assert.Equal([.. taste[12..16], .. taste[4..8]], batch.Float32("latest_taste").ToArray());
    }

    [Fact]
    public void Fill_ListsAndPadding_AreFilledUpWithZeros()
    {
        var rows = TestDataset.Rows([("a", 2)], seed: 1) with { Columns = WithGenres([0, 1, 3], [2, 3, 1]) };
        using var batch = session.Rent();
        batch.Resize(("tasks", 1), ("support", 3));
        foreach (var input in session.Graph.Inputs.Where(input => input.Kind == ElementKind.Float32))
        {
            batch.Float32(input.Name).Fill(7);
        }

        batch.Int64("support_meta_genres").Fill(7);
        batch.Int64("support_meta_categorical").Fill(7);
        new FeatureTensors(layout, GraphTensorNames.SupportMeta).Fill(rows, [1, 0, FeatureTensors.Padding], batch);

        Assert.Equal([3, 1, 0, 2, 0, 0, 0, 0, 0], batch.Int64("support_meta_genres").ToArray());
        Assert.Equal(0, batch.Int64("support_meta_categorical")[2]);
        Assert.Equal([0f, 0f], batch.Float32("support_meta_dense")[4..].ToArray());
        Assert.Equal(new float[4], batch.Float32("support_meta_taste")[8..].ToArray());
        Assert.NotEqual(0, batch.Float32("support_meta_taste")[0]);
    }

    [Fact]
    public void Fill_RowsThatLackAFeature_NamesIt()
    {
        var rows = TestDataset.Rows([("a", 1)], seed: 1);
        var fault = Fault(rows with { Columns = rows.Columns.Where(column => column.Key != "age").ToDictionary() });
        Assert.Equal("feature 'age' of the rows: found no such column, expected a DenseColumn, as the model's schema says.", fault.Message);
    }

    [Fact]
    public void Fill_FeatureInAnotherForm_NamesBoth()
    {
        var rows = TestDataset.Rows([("a", 1)], seed: 1);
        var wrong = new Dictionary<string, FeatureColumn>(rows.Columns) { ["city"] = new DenseColumn([1]) };
        Assert.Contains("found DenseColumn, expected a CategoricalColumn", Fault(rows with { Columns = wrong }).Message);
        wrong = new Dictionary<string, FeatureColumn>(rows.Columns) { ["taste"] = new VectorColumn([1, 2], 2) };
        Assert.Contains("found vectors of 2 numbers, expected 4 numbers", Fault(rows with { Columns = wrong }).Message);
    }

    private static T Column<T>(RowGroup rows, string feature)
        where T : FeatureColumn => (T)rows.Columns[feature];

    private static Dictionary<string, FeatureColumn> WithGenres(int[] offsets, int[] indices) =>
        new(TestDataset.Rows([("a", 2)], seed: 1).Columns) { ["genres"] = new MultiValuedColumn(offsets, indices) };

    private InvalidInputException Fault(RowGroup rows)
    {
        using var batch = session.Rent();
        batch.Resize(("tasks", 1), ("support", 1));
        return Assert.Throws<InvalidInputException>(() => new FeatureTensors(layout, GraphTensorNames.Latest).Fill(rows, [0], batch));
    }
}
