using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Specs;
using LiMaml.Training.Configurations;

namespace LiMaml.Training.Tests.Configurations;

public sealed class ConfigurationPatchTests
{
    private static readonly TrainingConfiguration Start = new()
    {
        MetaBlock = new MetaBlockSpec { Task = "member", Features = ["tenure"], Layers = [new LayerSpec(8), new LayerSpec(4, Activation.Tanh)] },
        Global = new GlobalBlockSpec { Features = ["kind"] },
    };

    [Fact]
    public void Apply_OfPaths_ChangesThoseMembersAlone()
    {
        var changed = ConfigurationPatch.Of(("algorithm", "vanilla"), ("training.learningRate", 0.5), ("innerLoop.steps", 7)).Apply(Start, "test");

        Assert.Equal(TrainingAlgorithm.Vanilla, changed.Algorithm);
        Assert.Equal(Start.Training with { LearningRate = 0.5 }, changed.Training);
        Assert.Equal(Start.InnerLoop with { Steps = 7 }, changed.InnerLoop);
    }

    [Fact]
    public void Apply_OfEveryElement_ChangesEach()
    {
        var changed = ConfigurationPatch.Of(("metaBlock.layers[*].dropout", 0.25)).Apply(Start, "test");

        Assert.Equal([new LayerSpec(8, Activation.Relu, 0.25), new LayerSpec(4, Activation.Tanh, 0.25)], changed.MetaBlock!.Layers);
    }

    [Fact]
    public void Apply_OfAnObject_MergesIt()
    {
        var changed = ConfigurationPatch.Of(("metaBlock", new JsonObject { ["embeddingSize"] = 3, ["layers"] = new JsonArray() })).Apply(Start, "test");

        Assert.Equal(("member", 3), (changed.MetaBlock!.Task, changed.MetaBlock.EmbeddingSize));
        Assert.Empty(changed.MetaBlock.Layers);
    }

    [Fact]
    public void Apply_OfNull_LetsTheDefaultHold() =>
        Assert.Null(ConfigurationPatch.Of(("global", null)).Apply(Start, "test").Global);

    [Fact]
    public void Then_OfTheSamePath_TheLaterHolds()
    {
        var patch = ConfigurationPatch.Of(("innerLoop.steps", 1)).Then(ConfigurationPatch.Of(("innerLoop.steps", 2)));

        Assert.Equal(2, patch.Apply(Start, "test").InnerLoop.Steps);
        Assert.Equal("""{"innerLoop.steps":2}""", patch.ToJson().ToJsonString());
    }

    [Theory]
    [InlineData("training.pace", "1", "variant x")]
    [InlineData("training.epochs", "\"many\"", "an integer")]
    [InlineData("training..epochs", "1", "member names joined by dots")]
    [InlineData("training.epochs[*]", "1", "no list 'epochs'")]
    public void Apply_OfAPathThatLeadsNowhere_SaysWhatIsWrong(string path, string value, string message)
    {
        var fault = Assert.Throws<InvalidInputException>(() => ConfigurationPatch.Of((path, JsonNode.Parse(value))).Apply(Start, "variant x"));

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }
}
