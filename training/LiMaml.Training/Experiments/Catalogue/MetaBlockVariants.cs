using System.Text.Json.Nodes;
using LiMaml.Models.Specs;
using LiMaml.Training.Configurations;

namespace LiMaml.Training.Experiments.Catalogue;

/// <summary>The base configuration with meta blocks of each kind, everything else alike.</summary>
internal static class MetaBlockVariants
{
    // The steps of a layer below the read-out have no bound to adapt their length to; it is a start, and fine-tuning searches around it.
    private const double StepSize = 0.03;

    /// <summary>The base's features through dense layers.</summary>
    public static ConfigurationPatch Mlp { get; } = ConfigurationPatch.Of(("metaBlock.kind", "mlp"), ("metaBlock.transformer", null));

    /// <summary>Vanilla training of the MLP, then LiMAML by each kind, a learned row only where a feature names the task.</summary>
    public static IReadOnlyList<ExperimentVariant> Of(ExperimentSetting setting) =>
    [
        new("vanilla", Variants.Vanilla.Patch.Then(Mlp)),
        new("vanilla, transformer", Variants.Vanilla.Patch.Then(Transformer(setting, AdaptedLayers.ReadOut))),
        Variants.With("LiMAML, MLP", Mlp),
        .. setting.IdFeature is { } feature ? [Variants.With("LiMAML, ID row", Row(feature))] : Array.Empty<ExperimentVariant>(),
        .. MovesEmbedding(setting) ? [Variants.With("LiMAML, transformer, embedding", Transformer(setting, AdaptedLayers.ReadOut))] : Array.Empty<ExperimentVariant>(),
        Variants.With("LiMAML, transformer, read-out", Transformer(setting, AdaptedLayers.ReadOut).Then(MovesEmbedding(setting) ? Variants.DefaultSteps : ConfigurationPatch.None)),
        Variants.With("LiMAML, transformer, last layer", Transformer(setting, AdaptedLayers.LastLayer).Then(ConstantSteps)),
        Variants.With("LiMAML, transformer, all layers", Transformer(setting, AdaptedLayers.All).Then(ConstantSteps)),
    ];

    private static ConfigurationPatch ConstantSteps { get; } = Variants.DefaultSteps.Then(ConfigurationPatch.Of(("innerLoop.stepRule", "constant"), ("innerLoop.stepSize", StepSize)));

    private static bool MovesEmbedding(ExperimentSetting setting) => setting.Base.InnerLoop.Adapts is AdaptedWeights.Embedding;

    private static ConfigurationPatch Row(string feature) => ConfigurationPatch.Of(
        ("metaBlock.kind", "idEmbedding"), ("metaBlock.features", new JsonArray(feature)), ("metaBlock.history", null), ("metaBlock.transformer", null));

    /// <summary>The base's own sizes where it has a transformer; tokens know the item's side of earlier samples.</summary>
    private static ConfigurationPatch Transformer(ExperimentSetting setting, AdaptedLayers adapts)
    {
        var sizes = setting.Base.MetaBlock?.Transformer is not null
            ? ConfigurationPatch.None
            : ConfigurationPatch.Of(("metaBlock.transformer.sequence", new JsonArray([.. Items(setting).Select(name => JsonValue.Create(name))])));
        return ConfigurationPatch.Of(("metaBlock.kind", "transformer")).Then(sizes).Then(
            ConfigurationPatch.Of(("metaBlock.transformer.adapts", adapts switch { AdaptedLayers.ReadOut => "readOut", AdaptedLayers.LastLayer => "lastLayer", _ => "all" })));
    }

    private static IEnumerable<string> Items(ExperimentSetting setting) =>
        setting.Base.Global is { ItemFeatures: { Count: > 0 } items } ? items : setting.ItemFeature is { } item ? [item] : [];
}
