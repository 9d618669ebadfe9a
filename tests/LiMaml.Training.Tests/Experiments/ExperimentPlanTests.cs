using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using LiMaml.Training.Configurations;
using LiMaml.Training.Experiments;

namespace LiMaml.Training.Tests.Experiments;

[Collection(OneRunAtATime.Name)]
public sealed class ExperimentPlanTests
{
    public static TheoryData<string> Names() => [.. ExperimentCatalogue.All.Select(experiment => experiment.Name).Where(name => name != "both-sides")];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Variants_OfEachExperiment_HaveDistinctNamesABaselineAndValidConfigurations(string name)
    {
        using var toy = await ToyDataset.WriteAsync();
        var schema = Dataset.Open(toy.Folder).Schema;
        foreach (var start in new[] { TrainingRunTests.Configuration(), Newton() })
        {
            var setting = new ExperimentSetting(schema, ConfigurationPatch.Explicit(start, schema));

            var variants = ExperimentCatalogue.Find(name).Variants(setting);

            Assert.Equal(variants.Count, variants.Select(variant => variant.Name).Distinct().Count());
            var models = variants.Select(variant => variant.Patch.Apply(setting.Base, variant.Name).Resolve(schema)).ToList();
            Assert.Contains(models, model => model.Algorithm is TrainingAlgorithm.Vanilla);
            Assert.Contains(models, model => model.Algorithm is TrainingAlgorithm.LiMaml && model.InnerLoop.Adapts == start.InnerLoop.Adapts);
        }
    }

    [Fact]
    public async Task Variants_OfBothSides_HaveAMetaBlockForEachDefinition()
    {
        using var pairs = await PairDataset.WriteAsync();
        var schema = Dataset.Open(pairs.Folder).Schema;
        foreach (var start in new[] { new TrainingConfiguration(), Joint.JointScene.Configuration })
        {
            var setting = new ExperimentSetting(schema, ConfigurationPatch.Explicit(start, schema));

            var models = ExperimentCatalogue.Find("both-sides").Variants(setting).Select(variant => variant.Patch.Apply(setting.Base, variant.Name).Resolve(schema)).ToList();

            Assert.Equal([TrainingAlgorithm.Vanilla, TrainingAlgorithm.LiMaml], models.Select(model => model.Algorithm));
            Assert.Equal("item_id", setting.ItemFeature);
            Assert.All(models, model => Assert.Equal(["member", "item"], model.MetaBlocks.Select(block => block.Task)));
        }
    }

    [Fact]
    public async Task Variants_OfBothSidesOnOneDefinition_AreRefused()
    {
        using var toy = await ToyDataset.WriteAsync();
        var schema = Dataset.Open(toy.Folder).Schema;
        var setting = new ExperimentSetting(schema, ConfigurationPatch.Explicit(TrainingRunTests.Configuration(), schema));

        var fault = Assert.Throws<InvalidInputException>(() => ExperimentCatalogue.Find("both-sides").Variants(setting));

        Assert.Contains("found 1 task definition", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_OfTwoExperiments_SharesTheRunsOfEqualModels()
    {
        using var toy = await ToyDataset.WriteAsync();
        var first = Plan("table-3", toy);

        var second = Plan("freshness", toy);

        Assert.Equal(6, first.Runs.Count);
        Assert.Subset(first.Runs.ToHashSet(), second.Runs.ToHashSet());
        Assert.All(first.Runs, run => Assert.True(File.Exists(Path.Combine(run, "configuration.json")), run));
        Assert.Equal(["seed-1", "seed-1", "seed-1", "seed-4", "seed-4", "seed-4"], first.Runs.Select(Path.GetFileName));
    }

    [Fact]
    public async Task Create_WithAConfigurationOfItsOwn_ChangesThatVariantAlone()
    {
        using var toy = await ToyDataset.WriteAsync();
        var own = TrainingRunTests.Configuration() with { Training = TrainingRunTests.Configuration().Training with { LearningRate = 0.5 } };

        var plain = Plan("freshness", toy);
        var changed = Plan("freshness", toy, options => options with { Own = new Dictionary<string, TrainingConfiguration> { ["vanilla"] = own } });

        Assert.Equal((0.5, TrainingAlgorithm.Vanilla), (changed.Variants[0].Configuration.Training.LearningRate, changed.Variants[0].Configuration.Algorithm));
        Assert.NotEqual(plain.Variants[0].Folder, changed.Variants[0].Folder);
        Assert.Equal(plain.Variants[1].Folder, changed.Variants[1].Folder);
    }

    [Fact]
    public async Task Create_OfASmokeTest_TrainsOneSeedForOneEpoch()
    {
        using var toy = await ToyDataset.WriteAsync();

        var plan = Plan("table-3", toy, options => options with { IsSmoke = true });

        Assert.All(plan.Variants, variant => Assert.Equal(1, variant.Configuration.Training.Epochs));
        Assert.Equal(3, plan.Runs.Count);
    }

    [Fact]
    public async Task Create_WithAnUnknownVariant_ListsTheVariantsAndWritesNothing()
    {
        using var toy = await ToyDataset.WriteAsync();

        var fault = Assert.Throws<InvalidInputException>(() => Plan("table-3", toy, options => options with { Only = ["LiMAML", "magic"] }));

        Assert.Contains("'magic', expected one of vanilla; MAML, entire network; LiMAML", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(toy.PathOf("out")));
    }

    [Fact]
    public void Find_OfAnUnknownName_ListsTheExperiments()
    {
        var fault = Assert.Throws<InvalidInputException>(() => ExperimentCatalogue.Find("table-33"));

        Assert.Contains("table-3, table-4", fault.Message, StringComparison.Ordinal);
    }

    private static ExperimentPlan Plan(string name, ToyDataset toy, Func<ExperimentOptions, ExperimentOptions>? change = null)
    {
        var options = new ExperimentOptions { Dataset = toy.Folder, Folder = toy.PathOf("out"), Configuration = TrainingRunTests.Configuration(), Seeds = [1, 4] };
        return ExperimentPlan.Create(ExperimentCatalogue.Find(name), change?.Invoke(options) ?? options);
    }

    /// <summary>A base whose inner loop suits the meta embedding alone.</summary>
    private static TrainingConfiguration Newton()
    {
        var configuration = TrainingRunTests.Configuration();
        return configuration with
        {
            MetaBlock = configuration.MetaBlock! with { History = ["kind"] },
            Global = configuration.Global! with { Interaction = Interaction.Bilinear },
            InnerLoop = new InnerLoopSpec { Adapts = AdaptedWeights.Embedding, StepRule = StepRule.Newton, StepSize = 1, Steps = 2, Proximal = 1, LearnedProximal = true },
        };
    }
}
