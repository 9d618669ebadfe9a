using System.Text.Json;
using LiMaml.Models.Schemas;

namespace LiMaml.Models.Specs;

/// <summary>What the global block of a model must satisfy.</summary>
internal static class GlobalValidation
{
    /// <summary>Most layers of a cross network; each multiplies the features once more.</summary>
    public const int MaxCrossLayers = 16;

    /// <param name="spec">The model.</param>
    /// <param name="schema">The data it reads.</param>
    /// <param name="model">Where the spec came from, for messages.</param>
    public static void Validate(ModelSpec spec, DatasetSchema schema, string model)
    {
        var global = spec.Global;
        var where = $"{model}: global";
        Expect.KnownFeatures(global.Features, schema, $"{where}.features");
        Expect.That(global.Features.Count > 0, $"{where}.features", "none", "at least one feature");
        Expect.InRange(global.FeatureEmbeddingSize, 1, SpecValidation.MaxSize, $"{where}.featureEmbeddingSize");
        SpecValidation.ValidateLayers(global.Layers, $"{where}.layers");
        Expect.InRange(global.CrossLayers, 0, MaxCrossLayers, $"{where}.crossLayers");
        ValidateItems(global, schema, where);
        ValidateForm(spec, model, where);
    }

    private static void ValidateItems(GlobalBlockSpec global, DatasetSchema schema, string where)
    {
        Expect.KnownFeatures(global.ItemFeatures, schema, $"{where}.itemFeatures");
        var form = Name(global.Interaction);
        if (!global.MeetsItems)
        {
            Expect.That(global.ItemFeatures.Count == 0, $"{where}.itemFeatures", string.Join(", ", global.ItemFeatures), $"none for {form}");
            return;
        }

        Expect.That(global.ItemFeatures.Count > 0, $"{where}.itemFeatures", "none", $"at least one item feature for {form}");
        var unread = global.ItemFeatures.FirstOrDefault(name => !global.Features.Contains(name));
        Expect.That(unread is null, $"{where}.itemFeatures", $"'{unread}'", $"some of the block's own features: {string.Join(", ", global.Features)}");
    }

    private static void ValidateForm(ModelSpec spec, string model, string where)
    {
        var global = spec.Global;
        switch (global.Interaction)
        {
            case Interaction.LowRank:
                Expect.That(global.Rank is not null, $"{where}.rank", "none", "the numbers in which meta embedding and item meet, for lowRank");
                Expect.InRange(global.Rank!.Value, 1, SpecValidation.MaxSize, $"{where}.rank");
                return;
            case Interaction.Film:
                Expect.That(global.Layers.Count > 0, $"{where}.layers", "none", "at least one hidden layer for film");
                break;
            case Interaction.Pairwise:
                Expect.That(spec.MetaBlocks.Count > 1, $"{where}.interaction", "pairwise, with one meta block", "another interaction, or meta blocks of two task definitions or more");
                Expect.That(
                    spec.MetaBlocks.All(block => block.EmbeddingSize == spec.MetaBlocks[0].EmbeddingSize && block.EmbeddingSize >= 2),
                    $"{model}: metaBlocks, embeddingSize", string.Join(", ", spec.MetaBlocks.Select(block => block.EmbeddingSize)), "one size for all, at least 2, for pairwise: a vector and its bias");
                break;
            case Interaction.DotProduct:
                var narrow = spec.MetaBlocks.FirstOrDefault(block => block.EmbeddingSize < 2);
                Expect.That(narrow is null, $"{model}: metaBlocks '{narrow?.Task}'.embeddingSize", narrow?.EmbeddingSize ?? 0, "at least 2 for dotProduct: a vector and its bias");
                break;
        }

        Expect.That(global.Rank is null, $"{where}.rank", global.Rank ?? 0, $"none for {Name(global.Interaction)}: it is lowRank's");
    }

    /// <summary>As JSON writes it.</summary>
    private static string Name(Interaction interaction) => JsonNamingPolicy.CamelCase.ConvertName(interaction.ToString());
}
