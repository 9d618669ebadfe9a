using System.Text.Json.Serialization;

namespace LiMaml.Models.Specs;

/// <summary>
/// How the meta embedding e enters the global block. The item side r of the forms that have one is Σ v[item category] + P·(item's numbers),
/// learned for each task definition; the offset c is learned, too.
/// </summary>
public enum Interaction
{
    /// <summary>Beside the encoded features, into the first layer (the paper's form) and into the cross layers, where there are some.</summary>
    Concatenation,

    /// <summary>e · r + e · c is added to the logit; e is not concatenated.</summary>
    Bilinear,

    /// <summary>Both.</summary>
    ConcatenationAndBilinear,

    /// <summary>p · q + b + c is added to the logit, with e = (p, b) and r = (q, c): matrix factorisation, the last number of either side its bias.</summary>
    DotProduct,

    /// <summary>γ(e) ⊙ z + β(e) is added to the first hidden layer's outputs z for the features, before the activation; γ and β are linear (FiLM; Perez et al., 2018).</summary>
    Film,

    /// <summary>(e·U) · r + e · c is added to the logit, with r and e·U of <see cref="GlobalBlockSpec.Rank"/> numbers.</summary>
    LowRank,

    /// <summary>
    /// Of several task definitions: Σ pₐ · p_b over their pairs, and Σ bₐ, are added to the logit, with eₐ = (pₐ, bₐ): matrix
    /// factorisation where both sides adapt. All embeddings are of one size.
    /// </summary>
    Pairwise,
}

/// <summary>The global block (paper §4.3.1): meta embeddings and other features in, logit out.</summary>
public sealed record GlobalBlockSpec
{
    /// <summary>Names of the features read next to the meta embeddings, at least one; meta features may be among them.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>Width of the learned vector of each categorical and multi-valued feature.</summary>
    public int FeatureEmbeddingSize { get; init; } = 8;

    /// <summary>Hidden layers, before the linear layer that outputs the logit; at least one for <see cref="Interaction.Film"/>.</summary>
    public IReadOnlyList<LayerSpec> Layers { get; init; } = [new(128), new(64)];

    /// <summary>How the meta embeddings enter.</summary>
    public Interaction Interaction { get; init; } = Interaction.Concatenation;

    /// <summary>Names of the item-side features, some of <see cref="Features"/>; empty for the forms without an item side.</summary>
    public IReadOnlyList<string> ItemFeatures { get; init; } = [];

    /// <summary>Numbers in which meta embedding and item meet, at least 1; for <see cref="Interaction.LowRank"/> alone, null otherwise.</summary>
    public int? Rank { get; init; }

    // The members below are not written at their defaults: specs from before they existed keep their bytes, hence packages their bundle ids.

    /// <summary>
    /// Layers of a cross network beside the hidden layers (DCN-v2 in parallel; Wang et al., 2021): xₗ₊₁ = x₀ ⊙ (Wₗ xₗ + bₗ) + xₗ, x₀ the
    /// encoded features and the meta embeddings that are concatenated; a linear read-out of the last is added to the logit. 0 for none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int CrossLayers { get; init; }

    /// <summary>Whether a learned weight of each category and each number is added to the logit (Wide &amp; Deep).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Wide { get; init; }

    /// <summary>Whether <see cref="Interaction"/> concatenates.</summary>
    internal bool Concatenates => Interaction is Interaction.Concatenation or Interaction.ConcatenationAndBilinear;

    /// <summary>Whether <see cref="Interaction"/> has an item side.</summary>
    internal bool MeetsItems => Interaction is not (Interaction.Concatenation or Interaction.Film or Interaction.Pairwise);
}
