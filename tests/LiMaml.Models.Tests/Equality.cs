using LiMaml.Models.Datasets;

namespace LiMaml.Models.Tests;

/// <summary>Asserts that records of arrays hold the same.</summary>
internal static class Equality
{
    public static void Same(RowGroup expected, RowGroup actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.Equal(expected.Timestamps, actual.Timestamps);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.Weights, actual.Weights);
        Assert.Equal(expected.Rows, actual.Rows);
        Assert.Equal(expected.EventIds, actual.EventIds);
        Assert.Equal(expected.Columns.Keys.Order(), actual.Columns.Keys.Order());
        foreach (var (name, column) in expected.Columns)
        {
            Same(column, actual.Columns[name]);
        }
    }

    public static void Same(FeatureColumn expected, FeatureColumn actual)
    {
        switch (expected, actual)
        {
            case (DenseColumn a, DenseColumn b):
                Assert.Equal(a.Values, b.Values);
                break;
            case (CategoricalColumn a, CategoricalColumn b):
                Assert.Equal(a.Indices, b.Indices);
                break;
            case (MultiValuedColumn a, MultiValuedColumn b):
                Assert.Equal(a.Offsets, b.Offsets);
                Assert.Equal(a.Indices, b.Indices);
                break;
            case (VectorColumn a, VectorColumn b):
                Assert.Equal(a.Length, b.Length);
                Assert.Equal(a.Values, b.Values);
                break;
            default:
                Assert.Fail($"{expected.GetType().Name} against {actual.GetType().Name}");
                break;
        }
    }
}
