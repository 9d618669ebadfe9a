using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Tests.Packages;

public sealed class PackageGraphsTests
{
    private static readonly DatasetSchema Schema = new(
        DatasetSchema.CurrentFormatVersion,
        "s",
        LabelKind.Binary,
        [new DenseFeature("age"), new CategoricalFeature("member", HashBuckets: 5), new VectorFeature("taste", 3), new VectorFeature("logit", 2), new VectorFeature("meta_taste", 3)],
        [new TaskDefinition("member", ["member"], ["age"]), new TaskDefinition("item", ["item"], ["age"])]);

    private static readonly ModelSpec Spec = new()
    {
        MetaBlocks = [new MetaBlockSpec { Task = "member", Features = ["age", "taste"], EmbeddingSize = 4 }],
        Global = new GlobalBlockSpec { Features = ["member", "taste"] },
    };

    [Fact]
    public void Of_OneDefinition_DescribesThreeGraphs() => Assert.Equal(
        [
            "global(meta_embedding[rows,4], categorical[rows,1], taste[rows,3]) → logit[rows,1], probability[rows,1]",
            "meta(dense[tasks,1], taste[tasks,3]) → meta_embedding[tasks,4]",
            "adapt(support_meta_dense[tasks,support,1], support_meta_taste[tasks,support,3], support_categorical[tasks,support,1], support_taste[tasks,support,3], "
                + "support_label[tasks,support], support_weight[tasks,support], latest_dense[tasks,1], latest_taste[tasks,3]) → meta_embedding[tasks,4], loss_before[tasks], loss_after[tasks]",
        ],
        PackageGraphs.Of(Spec, Schema).Select(Text));

    [Fact]
    public void Of_IdEmbedding_ReadsNoMetaFeaturesOfSupportSamples()
    {
        var block = new MetaBlockSpec { Task = "member", Kind = MetaBlockKind.IdEmbedding, Features = ["member"], EmbeddingSize = 4 };
        var adapt = PackageGraphs.Of(Spec with { MetaBlocks = [block] }, Schema)[2];

        Assert.DoesNotContain(adapt.Inputs, input => input.Name.StartsWith("support_meta_", StringComparison.Ordinal));
        Assert.Equal(["member"], adapt.Inputs.Single(input => input.Name == "latest_categorical").Features);
    }

    [Fact]
    public void Of_Transformer_AsksWhenSupportSamplesCame()
    {
        var block = Spec.MetaBlocks[0] with { Kind = MetaBlockKind.Transformer, Transformer = new TransformerSpec { Sequence = ["member"] } };
        var graphs = PackageGraphs.Of(Spec with { MetaBlocks = [block] }, Schema);

        Assert.Equal(Text(PackageGraphs.Of(Spec, Schema)[1]), Text(graphs[1]));
        Assert.Contains("support_weight[tasks,support], support_position[tasks,support], support_elapsed[tasks,support], latest_dense", Text(graphs[2]), StringComparison.Ordinal);
        Assert.Contains("member", graphs[2].Inputs.Single(input => input.Name == "support_categorical").Features);
    }

    [Fact]
    public void Of_TwoDefinitions_NamesThemAndAsksForCounterparts()
    {
        var graphs = PackageGraphs.Of(Spec with { MetaBlocks = [Spec.MetaBlocks[0], Spec.MetaBlocks[0] with { Task = "item", EmbeddingSize = 2 }] }, Schema);

        Assert.Equal(["global", "meta-member", "adapt-member", "meta-item", "adapt-item"], graphs.Select(graph => graph.Name));
        Assert.Contains("support_meta_embedding_item[tasks,support,2]", Text(graphs[2]), StringComparison.Ordinal);
        Assert.Contains("support_meta_embedding_member[tasks,support,4]", Text(graphs[4]), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_RealLabels_OutputsAPrediction() =>
        Assert.Equal("prediction", Assert.Single(PackageGraphs.Of(Spec with { Label = LabelKind.Real }, Schema)[0].Outputs).Name);

    [Theory]
    [InlineData("logit", "global")]
    [InlineData("meta_taste", "adapt")]
    public void Of_FeatureNamedAsAnotherTensor_IsRefused(string feature, string graph)
    {
        var spec = Spec with { Global = new GlobalBlockSpec { Features = [feature] } };
        Assert.Contains($"graph '{graph}'", Assert.Throws<InvalidInputException>(() => PackageGraphs.Of(spec, Schema)).Message, StringComparison.Ordinal);
    }

    private static string Text(PackageGraph graph) =>
        $"{graph.Name}({string.Join(", ", graph.Inputs.Select(input => $"{input.Name}[{string.Join(',', input.Axes)}]"))}) → "
        + string.Join(", ", graph.Outputs.Select(output => $"{output.Name}[{string.Join(',', output.Axes)}]"));
}
