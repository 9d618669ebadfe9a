using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Training.Tests;

public sealed class TrainingConfigurationTests
{
    private static readonly DatasetSchema Schema = new(
        DatasetSchema.CurrentFormatVersion,
        "shop",
        LabelKind.Binary,
        [new DenseFeature("age"), new CategoricalFeature("member_id", ["ann", "bob"]), new CategoricalFeature("item_id", ["tea"]), new CategoricalFeature("type", ["a"])],
        [
            new TaskDefinition("member", ["member_id"], ["age"]),
            new TaskDefinition("member_type", ["member_id", "type"], ["age", "type"]),
            new TaskDefinition("shelf", ["shelf_id"], ["age"]),
        ]);

    [Fact]
    public void Resolve_Nothing_LeavesTheTasksOwnKeyToTheMetaEmbedding()
    {
        var spec = new TrainingConfiguration().Resolve(Schema);

        Assert.Equal(["age", "item_id", "type"], spec.Global.Features);
        Assert.Equal(["item_id", "type"], spec.Global.ItemFeatures);
        Assert.Equal(TrainingAlgorithm.LiMaml, spec.Algorithm);
    }

    [Fact]
    public void Resolve_KeyThatIsAMetaFeature_StaysAFeature()
    {
        var spec = new TrainingConfiguration { Task = "member_type" }.Resolve(Schema);

        Assert.Equal(["age", "item_id", "type"], spec.Global.Features);
        Assert.Equal(["item_id"], spec.Global.ItemFeatures);
    }

    [Fact]
    public void Resolve_Maml_AdaptsTheNetwork()
    {
        var spec = new TrainingConfiguration { Algorithm = TrainingAlgorithm.Maml }.Resolve(Schema);

        Assert.Equal((AdaptedWeights.Network, AdaptedWeights.Network), (spec.InnerLoop.Adapts, spec.FineTuning.Adapts));
    }

    [Fact]
    public void Resolve_WideAndDeep_GivesEachTaskARowAndAddsTheWidePart()
    {
        var spec = new TrainingConfiguration { Algorithm = TrainingAlgorithm.WideAndDeep }.Resolve(Schema);

        Assert.Equal(MetaBlockKind.IdEmbedding, spec.MetaBlocks[0].Kind);
        Assert.Equal(["member_id"], spec.MetaBlocks[0].Features);
        Assert.True(spec.Global.Wide);
        Assert.DoesNotContain("member_id", spec.Global.Features);
    }

    [Fact]
    public void Resolve_WideAndDeepWithRowsOfAnotherFeature_TakesThem()
    {
        var block = new MetaBlockSpec { Task = "shelf", Kind = MetaBlockKind.IdEmbedding, Features = ["type"], EmbeddingSize = 2 };

        var spec = new TrainingConfiguration { Algorithm = TrainingAlgorithm.WideAndDeep, Task = "shelf", MetaBlock = block }.Resolve(Schema);

        Assert.Same(block, spec.MetaBlocks[0]);
        Assert.DoesNotContain("type", spec.Global.Features);
    }

    [Theory]
    [InlineData("member_type", "its only key (member_id, type)")]
    [InlineData("shelf", "its only key (shelf_id)")]
    public void Resolve_WideAndDeepWithoutAnIdentifyingFeature_SaysWhatWouldDo(string task, string found)
    {
        var fault = Assert.Throws<InvalidInputException>(() => new TrainingConfiguration { Algorithm = TrainingAlgorithm.WideAndDeep, Task = task }.Resolve(Schema));

        Assert.Contains("algorithm wideAndDeep, metaBlock", fault.Message, StringComparison.Ordinal);
        Assert.Contains(found, fault.Message, StringComparison.Ordinal);
        Assert.Contains("the dataset's are: member_id, item_id, type", fault.Message, StringComparison.Ordinal);
    }
}
