using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Tests.Events;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Windows;

public sealed class WindowRowsTests
{
    private static string[] All { get; } = [.. TestModel.Schema.Features.Select(feature => feature.Name)];

    [Fact]
    public void Encode_Windows_AreTasksInOrder()
    {
        var tasks = WindowRows.Encode([Window("b", 3), Window("a", 1)], TestModel.Schema, All);
        Assert.Equal([(0, 3, 2), (3, 1, 3)], tasks.Tasks.Select(task => (task.Start, task.Count, task.Latest)));
        Assert.Equal(["b", "b", "b", "a"], tasks.Rows.Keys);
        Assert.Equal([0L, 1, 2, 0], tasks.Rows.Timestamps);
        Assert.Equal([1f, 0, 1, 1], tasks.Rows.Labels);
        Assert.Equal([0f, 0.5f, 1, 0], tasks.Rows.Weights);
        Assert.Equal([0L, 1, 2, 3], tasks.Rows.Rows);
        Assert.Equal(All.Order(), tasks.Rows.Columns.Keys.Order());
    }

    [Fact]
    public void Encode_Values_FollowTheVocabularies()
    {
        var rows = Rows(SampleEvents.Example.With("genres", new FeatureValue.Categories(["z", "q", "x", "z"])), TestModel.Schema);
        Assert.Equal([31.25f], Assert.IsType<DenseColumn>(rows["age"]).Values);
        Assert.Equal([7], Assert.IsType<CategoricalColumn>(rows["member"]).Indices);
        Assert.Equal([1], Assert.IsType<CategoricalColumn>(rows["city"]).Indices);
        Assert.Equal([1 + (int)(FeatureEncoding.Hash("i7") % 9)], Assert.IsType<CategoricalColumn>(rows["item"]).Indices);
        var genres = Assert.IsType<MultiValuedColumn>(rows["genres"]);
        Assert.Equal([0, 2], genres.Offsets);
        Assert.Equal([3, 1], genres.Indices);
        Assert.Equal([0.1f, -2, 0, 1e-20f], Assert.IsType<VectorColumn>(rows["taste"]).Values);
    }

    [Fact]
    public void Encode_AnotherPackagesSchema_UsesItsVocabularyAndUsualValues()
    {
        var next = TestModel.Schema with
        {
            Features =
            [
                new DenseFeature("height", DenseTransform.Standardise, 170, 10),
                new DenseFeature("clicks", DenseTransform.Log1p, 2, 1),
                new DenseFeature("price"),
                new CategoricalFeature("city", ["z", "a"]),
                new CategoricalFeature("member", HashBuckets: 5),
                new CategoricalFeature("device", ["phone"]),
                new MultiValuedFeature("tags", ["x"], null, 2),
                new VectorFeature("taste", 3),
                new CategoricalFeature("age", ["31.25"]),
            ],
        };
        var rows = Rows(SampleEvents.Example, next);
        Assert.Equal([170f], ((DenseColumn)rows["height"]).Values);
        Assert.Equal([MathF.Exp(2) - 1], ((DenseColumn)rows["clicks"]).Values);
        Assert.Equal([0f], ((DenseColumn)rows["price"]).Values);
        Assert.Equal([2], ((CategoricalColumn)rows["city"]).Indices);
        Assert.Equal([0], ((CategoricalColumn)rows["member"]).Indices); // bucket 7 of 40 is none of 5
        Assert.Equal([0], ((CategoricalColumn)rows["device"]).Indices);
        Assert.Empty(((MultiValuedColumn)rows["tags"]).Indices);
        Assert.Equal([0f, 0, 0], ((VectorColumn)rows["taste"]).Values);
        Assert.Equal([0], ((CategoricalColumn)rows["age"]).Indices);
    }

    [Fact]
    public void Encode_BucketsOfASet_AreKeptOnceAndBounded()
    {
        var schema = TestModel.Schema with { Features = [new MultiValuedFeature("genres", null, 4, 2)], Tasks = [new("member", ["member"], [])] };
        var rows = Rows(SampleEvents.Example.With("genres", new FeatureValue.CategoryIndices([9, 3, 3, 1, 2])), schema);
        Assert.Equal([3, 1], ((MultiValuedColumn)rows["genres"]).Indices);
    }

    [Fact]
    public void Encode_NoWindows_GivesNoRows()
    {
        var tasks = WindowRows.Encode([], TestModel.Schema, All);
        Assert.Equal((0, 0), (tasks.Tasks.Count, tasks.Rows.RowCount));
    }

    [Fact]
    public void Encode_UnknownFeature_IsNamed() =>
        Assert.StartsWith("feature of schema 'sample': found 'colour'", Assert.Throws<InvalidInputException>(() => WindowRows.Encode([], TestModel.Schema, ["colour"])).Message);

    private static IReadOnlyDictionary<string, FeatureColumn> Rows(InteractionEvent interaction, DatasetSchema schema) =>
        WindowRows.Encode([new Window("member", "m", [interaction])], schema, [.. schema.Features.Select(feature => feature.Name)]).Rows.Columns;

    private static Window Window(string key, int count) => new("member", key, [.. Enumerable.Range(0, count)
        .Select(time => SampleEvents.Example with { EventTime = time, Label = 1 - (time % 2), Weight = time / 2f })]);
}
