using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Preparation.Tests.Sources;

/// <summary>Assertions on the feature that identifies a task.</summary>
internal static class Identity
{
    /// <summary>Fails where a row's category is not its task's key; the rows' tasks have training rows.</summary>
    public static void AssertNames(Prepared prepared, string feature, RowGroup rows)
    {
        var vocabulary = ((CategoricalFeature)prepared.Dataset.Schema.Feature(feature)).Vocabulary!;
        var indices = ((CategoricalColumn)rows.Columns[feature]).Indices;
        Assert.Equal(rows.Keys, indices.Select(index => index == 0 ? "unknown" : vocabulary[index - 1]));
    }
}
