using LiMaml.Training.Configurations;

namespace LiMaml.Training.Experiments.Catalogue;

/// <summary>Models that several experiments compare.</summary>
internal static class Variants
{
    /// <summary>Vanilla training on the same batches, features and form: what gains are relative to.</summary>
    public static ExperimentVariant Vanilla { get; } = new("vanilla", ConfigurationPatch.Of(("algorithm", "vanilla")));

    /// <summary>The base configuration as LiMAML.</summary>
    public static ExperimentVariant LiMaml { get; } = new("LiMAML", ConfigurationPatch.Of(("algorithm", "liMaml"), ("innerLoop.adapts", "metaBlock")));

    /// <summary>MAML: the inner loop moves the entire network.</summary>
    public static ExperimentVariant EntireNetwork { get; } = new("MAML, entire network", ConfigurationPatch.Of(("algorithm", "maml")));

    /// <summary>LiMAML with one thing changed.</summary>
    public static ExperimentVariant With(string name, ConfigurationPatch patch, double? x = null) => new(name, LiMaml.Patch.Then(patch), x);
}
