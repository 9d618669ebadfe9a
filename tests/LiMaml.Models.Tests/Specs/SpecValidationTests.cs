using System.Text;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Tests.Specs;

public sealed class SpecValidationTests
{
    [Fact]
    public void Validate_Example_Passes() => SpecValidation.Validate(Examples.Spec(), Examples.Schema(), "spec.json");

    [Fact]
    public void Validate_IdEmbeddingOfOneCategory_Passes() =>
        SpecValidation.Validate(WithMeta(block => block with { Kind = MetaBlockKind.IdEmbedding, Features = ["city"] })(Examples.Spec()), Examples.Schema(), "spec.json");

    [Fact]
    public void Serialize_SpecWithoutTheLaterMembers_WritesNoneOfThem()
    {
        var json = Encoding.UTF8.GetString(ContractJson.Serialize(Examples.Spec())); // bundle ids of older packages hash it

        Assert.All(["rank", "crossLayers", "wide", "transformer", "transformerOrDefault", "readsSupport"], member => Assert.DoesNotContain($"\"{member}\"", json, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(AdaptedLayers.ReadOut, StepRule.CurvatureBound)]
    [InlineData(AdaptedLayers.LastLayer, StepRule.Constant)]
    [InlineData(AdaptedLayers.All, StepRule.Constant)]
    public void Validate_Transformer_Passes(AdaptedLayers adapts, StepRule rule)
    {
        var spec = WithTransformer(sizes => sizes with { Adapts = adapts, Sequence = ["item", "city", "text"] })(Examples.Spec());
        var loop = spec.InnerLoop with { StepRule = rule, StepSize = 0.03 };

        SpecValidation.Validate(spec with { InnerLoop = loop, FineTuning = loop }, Examples.Schema(), "spec.json");
    }

    [Fact]
    public void Parse_Transformer_ReadsItBack()
    {
        var spec = WithTransformer(sizes => sizes with { Width = 24, Heads = 3, Depth = 2, FeedForward = 48, Dropout = 0.1, Sequence = ["item"], Adapts = AdaptedLayers.LastLayer })(Examples.Spec());
        var json = ContractJson.Serialize(spec);

        var read = ContractJson.Parse<ModelSpec>(json, "spec.json");

        Assert.Equal(json, ContractJson.Serialize(read));
        Assert.Equal(AdaptedLayers.LastLayer, read.MetaBlocks[0].TransformerOrDefault.Adapts);
        Assert.Equal(["item", "genres", "city"], (spec with { MetaBlocks = [spec.MetaBlocks[0] with { Transformer = new TransformerSpec { Sequence = ["city", "item"] } }] }).SupportFeatures(
            spec.MetaBlocks[0] with { Transformer = new TransformerSpec { Sequence = ["city", "item"] } }));
    }

    [Fact]
    public void Parse_SpecWithTheLaterMembers_ReadsThemBack()
    {
        var spec = WithGlobal(global => global with { Interaction = Interaction.LowRank, Rank = 3, CrossLayers = 2, Wide = true })(Examples.Spec()) with { Algorithm = TrainingAlgorithm.Maml };

        var read = ContractJson.Parse<ModelSpec>(ContractJson.Serialize(spec), "spec.json");

        Assert.Equal((Interaction.LowRank, 3, 2, true), (read.Global.Interaction, read.Global.Rank, read.Global.CrossLayers, read.Global.Wide));
        Assert.Equal(TrainingAlgorithm.Maml, read.Algorithm);
    }

    [Theory]
    [InlineData("liMaml", TrainingAlgorithm.LiMaml)]
    [InlineData("limaml", TrainingAlgorithm.LiMaml)]
    [InlineData("wideanddeep", TrainingAlgorithm.WideAndDeep)]
    public void Parse_Algorithm_InEitherSpelling(string word, TrainingAlgorithm expected)
    {
        var json = Encoding.UTF8.GetString(ContractJson.Serialize(Examples.Spec())).Replace("\"liMaml\"", $"\"{word}\"", StringComparison.Ordinal);

        Assert.Equal(expected, ContractJson.Parse<ModelSpec>(Encoding.UTF8.GetBytes(json), "spec.json").Algorithm);
    }

    public static TheoryData<string, Func<ModelSpec, ModelSpec>> Faults() => new()
    {
        { "spec.json: formatVersion: found 7, expected 1.", spec => spec with { FormatVersion = 7 } },
        { "spec.json: label: found Real, expected Binary, the label of schema 'example'.", spec => spec with { Label = LabelKind.Real } },
        { "metaBlocks: found none, expected at least one", spec => spec with { MetaBlocks = [] } },
        { "metaBlocks, tasks: found 'member' more than once", spec => spec with { MetaBlocks = [spec.MetaBlocks[0], spec.MetaBlocks[0]] } },
        { "metaBlocks[0].task: found 'nobody', expected a task definition of the schema: member, member_type", WithMeta(block => block with { Task = "nobody" }) },
        { "metaBlocks[0] 'member'.features: found 'height', expected features of the schema", WithMeta(block => block with { Features = ["height"] }) },
        { "metaBlocks[0] 'member'.features: found 'age' more than once", WithMeta(block => block with { Features = ["age", "age"] }) },
        { "metaBlocks[0] 'member'.features: found none, expected at least one meta feature", WithMeta(block => block with { Features = [] }) },
        { "metaBlocks[0] 'member'.features: found 2 features, expected exactly one categorical feature", WithMeta(block => block with { Kind = MetaBlockKind.IdEmbedding }) },
        { "metaBlocks[0] 'member'.features: found 'age', which is not categorical", WithMeta(block => block with { Kind = MetaBlockKind.IdEmbedding, Features = ["age"] }) },
        { "metaBlocks[0] 'member'.embeddingSize: found 0, expected an integer from 1", WithMeta(block => block with { EmbeddingSize = 0 }) },
        { "metaBlocks[0] 'member'.featureEmbeddingSize: found -1, expected an integer from 1", WithMeta(block => block with { FeatureEmbeddingSize = -1 }) },
        { "metaBlocks[0] 'member'.layers[0].size: found 2000000000, expected an integer from 1 to 65536", WithMeta(block => block with { Layers = [new LayerSpec(2_000_000_000)] }) },
        { "global.layers[1].dropout: found 1, expected a number from 0 to below 1", WithGlobal(global => global with { Layers = [new LayerSpec(1), new LayerSpec(1, Dropout: 1)] }) },
        { "global.layers[0].dropout: found NaN", WithGlobal(global => global with { Layers = [new LayerSpec(1, Dropout: double.NaN)] }) },
        { "global.featureEmbeddingSize: found 0", WithGlobal(global => global with { FeatureEmbeddingSize = 0 }) },
        { "global.features: found 'x'", WithGlobal(global => global with { Features = ["x"] }) },
        { "global.itemFeatures: found none, expected at least one item feature", WithGlobal(global => global with { ItemFeatures = [] }) },
        { "global.itemFeatures: found 'x', expected features of the schema", WithGlobal(global => global with { ItemFeatures = ["x"] }) },
        { "global.itemFeatures: found 'city', expected some of the block's own features: item, genres", WithGlobal(global => global with { ItemFeatures = ["city"] }) },
        { "global.features: found none, expected at least one", WithGlobal(global => global with { Features = [] }) },
        { "global.itemFeatures: found item, expected none for concatenation", WithGlobal(global => global with { Interaction = Interaction.Concatenation }) },
        { "global.itemFeatures: found item, expected none for film", WithGlobal(global => global with { Interaction = Interaction.Film }) },
        { "global.itemFeatures: found none, expected at least one item feature for dotProduct", WithGlobal(global => global with { Interaction = Interaction.DotProduct, ItemFeatures = [] }) },
        { "global.layers: found none, expected at least one hidden layer for film", WithGlobal(global => global with { Interaction = Interaction.Film, ItemFeatures = [], Layers = [] }) },
        { "global.rank: found none, expected the numbers in which meta embedding and item meet, for lowRank", WithGlobal(global => global with { Interaction = Interaction.LowRank }) },
        { "global.rank: found 0, expected an integer from 1 to 65536", WithGlobal(global => global with { Interaction = Interaction.LowRank, Rank = 0 }) },
        { "global.rank: found 2, expected none for bilinear", WithGlobal(global => global with { Rank = 2 }) },
        { "metaBlocks 'member'.embeddingSize: found 1, expected at least 2 for dotProduct", spec => WithGlobal(global => global with { Interaction = Interaction.DotProduct })(WithMeta(block => block with { EmbeddingSize = 1 })(spec)) },
        { "global.crossLayers: found 17, expected an integer from 0 to 16", WithGlobal(global => global with { CrossLayers = 17 }) },
        { "innerLoop.adapts: found metaBlock, expected network for algorithm maml", spec => spec with { Algorithm = TrainingAlgorithm.Maml } },
        { "global.wide: found false, expected true for algorithm wideAndDeep", spec => spec with { Algorithm = TrainingAlgorithm.WideAndDeep } },
        { "metaBlocks 'member'.kind: found mlp, expected idEmbedding for algorithm wideAndDeep", spec => WithGlobal(global => global with { Wide = true })(spec) with { Algorithm = TrainingAlgorithm.WideAndDeep } },
        { "innerLoop.stepSize: found 0, expected a finite number above 0", WithLoop(loop => loop with { StepSize = 0 }) },
        { "innerLoop.steps: found -1, expected an integer from 0", WithLoop(loop => loop with { Steps = -1 }) },
        { "innerLoop.metaEmbeddingL2: found -1", WithLoop(loop => loop with { MetaEmbeddingL2 = -1 }) },
        { "innerLoop.proximal: found Infinity", WithLoop(loop => loop with { Proximal = double.PositiveInfinity }) },
        { "innerLoop.stepSize × proximal: found 1.5, expected at most 1", WithLoop(loop => loop with { StepRule = StepRule.Constant, StepSize = 0.5, Proximal = 3 }) },
        { "innerLoop.supportCapacity: found 0, expected an integer from 1", WithLoop(loop => loop with { SupportCapacity = 0 }) },
        { "innerLoop.adapts: found MetaBlock, expected embedding, for stepRule Newton", WithLoop(loop => loop with { StepRule = StepRule.Newton, Proximal = 1 }) },
        { "innerLoop.proximal: found 0, expected a number above 0, for stepRule Diagonal", WithLoop(loop => loop with { StepRule = StepRule.Diagonal, Adapts = AdaptedWeights.Embedding }) },
        { "innerLoop.stepRule: found Newton, expected constant or curvatureBound, or a global block that the meta embedding enters by a product alone", spec => WithLoop(_ => Newton)(WithGlobal(global => global with { Interaction = Interaction.ConcatenationAndBilinear })(spec)) },
        { "innerLoop.proximal: found 0, expected a number above 0 to start from", WithLoop(loop => loop with { LearnedProximal = true }) },
        { "innerLoop.learnedProximal: found true with adapts MetaBlock and stepRule Constant", WithLoop(loop => loop with { LearnedProximal = true, Proximal = 0.1, StepRule = StepRule.Constant }) },
        { "innerLoop.learnedStepSizes: found true with stepRule CurvatureBound", WithLoop(loop => loop with { LearnedStepSizes = true, StepRule = StepRule.CurvatureBound }) },
        { "innerLoop.secondOrder: found false, expected true", WithLoop(loop => loop with { LearnedStepSizes = true, StepRule = StepRule.Constant, SecondOrder = false }) },
        { "innerLoop.halfLife: found 0, expected a finite number of samples above 0, or null", WithLoop(loop => loop with { HalfLife = 0 }) },
        { "fineTuning.learnedStepSizes: found False, expected True, as innerLoop has it", WithLoop(loop => loop with { LearnedStepSizes = true, StepRule = StepRule.Constant }) },
        { "innerLoop.steps: found 1, expected 2 or more for learnedProximal with newton", spec => spec with { InnerLoop = Newton with { Steps = 1, LearnedProximal = true }, FineTuning = Newton with { LearnedProximal = true } } },
        { "metaBlocks[0] 'member'.history: found 'age', which has no categories", WithMeta(block => block with { History = ["age"] }) },
        { "metaBlocks[0] 'member'.supportCapacity: found 0", WithMeta(block => block with { SupportCapacity = 0 }) },
        { "metaBlocks[0] 'member'.halfLife: found -1, expected a finite number of samples above 0", WithMeta(block => block with { HalfLife = -1 }) },
        { "rounds: found 2, expected none for one task definition", spec => spec with { Rounds = 2 } },
        { "global.interaction: found pairwise, with one meta block", WithGlobal(global => global with { Interaction = Interaction.Pairwise, ItemFeatures = [] }) },
        { "metaBlocks[0] 'member'.transformer: found it, with kind Mlp, expected none, or kind transformer", WithMeta(block => block with { Transformer = new TransformerSpec() }) },
        { "metaBlocks[0] 'member'.transformer.width: found 30, expected a multiple of the 4 heads", WithTransformer(sizes => sizes with { Width = 30, Heads = 4 }) },
        { "metaBlocks[0] 'member'.transformer.width: found 0, expected an integer from 1", WithTransformer(sizes => sizes with { Width = 0 }) },
        { "metaBlocks[0] 'member'.transformer.heads: found 17, expected an integer from 1 to 16", WithTransformer(sizes => sizes with { Width = 34, Heads = 17 }) },
        { "metaBlocks[0] 'member'.transformer.depth: found 0, expected an integer from 1 to 16", WithTransformer(sizes => sizes with { Depth = 0 }) },
        { "metaBlocks[0] 'member'.transformer.feedForward: found 0, expected an integer from 1", WithTransformer(sizes => sizes with { FeedForward = 0 }) },
        { "metaBlocks[0] 'member'.transformer.dropout: found 1, expected a number from 0 to below 1", WithTransformer(sizes => sizes with { Dropout = 1 }) },
        { "metaBlocks[0] 'member'.transformer.sequence: found 'height', expected features of the schema", WithTransformer(sizes => sizes with { Sequence = ["height"] }) },
        { "metaBlocks[0] 'member'.transformer.sequence: found 'age', a dense feature that the global block does not read", WithTransformer(sizes => sizes with { Sequence = ["age"] }) },
        { "metaBlocks[0] 'member'.transformer.adapts: found All, expected readOut, or innerLoop.stepRule constant", WithTransformer(sizes => sizes with { Adapts = AdaptedLayers.All }) },
        { "metaBlocks[0] 'member'.transformer.adapts: found LastLayer, expected readOut, or fineTuning.stepRule constant", spec => WithTransformer(sizes => sizes with { Adapts = AdaptedLayers.LastLayer })(WithLoop(loop => loop with { StepRule = StepRule.Constant })(spec)) },
        { "metaBlocks[0] 'member'.transformer.adapts: found All, expected readOut (the default): with adapts embedding no layer moves", spec => WithTransformer(sizes => sizes with { Adapts = AdaptedLayers.All })(spec) with { InnerLoop = Newton, FineTuning = Newton } },
        { "metaBlocks 'member'.kind: found transformer, expected idEmbedding for algorithm wideAndDeep", spec => WithTransformer(sizes => sizes)(WithGlobal(global => global with { Wide = true })(spec)) with { Algorithm = TrainingAlgorithm.WideAndDeep } },
        { "fineTuning.steps: found -1", spec => spec with { FineTuning = spec.FineTuning with { Steps = -1 } } },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Validate_OneFault_IsNamed(string message, Func<ModelSpec, ModelSpec> spoil)
    {
        var fault = Assert.Throws<InvalidInputException>(() => SpecValidation.Validate(spoil(Examples.Spec()), Examples.Schema(), "spec.json"));

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    private static InnerLoopSpec Newton { get; } = new() { Adapts = AdaptedWeights.Embedding, StepRule = StepRule.Newton, StepSize = 1, Proximal = 1, Steps = 2 };

    private static Func<ModelSpec, ModelSpec> WithTransformer(Func<TransformerSpec, TransformerSpec> change) =>
        WithMeta(block => block with { Kind = MetaBlockKind.Transformer, Transformer = change(new TransformerSpec()) });

    private static Func<ModelSpec, ModelSpec> WithMeta(Func<MetaBlockSpec, MetaBlockSpec> change) => spec => spec with { MetaBlocks = [change(spec.MetaBlocks[0])] };

    private static Func<ModelSpec, ModelSpec> WithGlobal(Func<GlobalBlockSpec, GlobalBlockSpec> change) => spec => spec with { Global = change(spec.Global) };

    private static Func<ModelSpec, ModelSpec> WithLoop(Func<InnerLoopSpec, InnerLoopSpec> change) => spec => spec with { InnerLoop = change(spec.InnerLoop) };
}
