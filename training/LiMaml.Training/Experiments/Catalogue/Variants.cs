using System.Text.Json.Nodes;
using LiMaml.Models.Specs;
using LiMaml.Training.Configurations;

namespace LiMaml.Training.Experiments.Catalogue;

/// <summary>Models that several experiments compare.</summary>
internal static class Variants
{
    private static readonly string[] StepSettings = ["steps", "stepSize", "stepRule", "proximal", "learnedProximal", "learnedStepSizes"];

    /// <summary>Vanilla training on the same batches, features and form: what gains are relative to.</summary>
    public static ExperimentVariant Vanilla { get; } = new("vanilla", ConfigurationPatch.Of(("algorithm", "vanilla")));

    /// <summary>The base configuration as LiMAML.</summary>
    public static ExperimentVariant LiMaml { get; } = new("LiMAML", ConfigurationPatch.Of(("algorithm", "liMaml")));

    /// <summary>The inner loop moves the meta block by the default steps, whatever the base has it do.</summary>
    public static ConfigurationPatch DefaultSteps { get; } =
        ConfigurationPatch.Of([.. StepSettings.Select(member => ($"innerLoop.{member}", (JsonNode?)null)), ("innerLoop.adapts", "metaBlock")]);

    /// <summary>MAML: the inner loop moves the entire network. An inner loop that only suits what the base moves is left for the defaults.</summary>
    public static ExperimentVariant EntireNetwork(ExperimentSetting setting)
    {
        var maml = ConfigurationPatch.Of(("algorithm", "maml"), ("innerLoop.adapts", "network"));
        return new ExperimentVariant("MAML, entire network", setting.Base.InnerLoop.Adapts is AdaptedWeights.MetaBlock or AdaptedWeights.Network ? maml : ConfigurationPatch.Of(
            [.. StepSettings.Select(member => ($"innerLoop.{member}", (JsonNode?)null))]).Then(maml));
    }

    /// <summary>LiMAML with one thing changed.</summary>
    public static ExperimentVariant With(string name, ConfigurationPatch patch, double? x = null) => new(name, LiMaml.Patch.Then(patch), x);
}
