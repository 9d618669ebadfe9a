namespace LiMaml.Models.Specs;

/// <summary>Which layers of a transformer meta block the inner loop moves; encoders of features never move.</summary>
public enum AdaptedLayers
{
    /// <summary>The linear layer that outputs the meta embedding: what a task's sequence says stays, what follows from it moves.</summary>
    ReadOut,

    /// <summary>The last attention layer with its feed-forward, and the read-out; by the constant step rule.</summary>
    LastLayer,

    /// <summary>Every linear layer; by the constant step rule.</summary>
    All,
}

/// <summary>
/// A causal transformer over a task's support, oldest sample first (paper §8): a sample's meta embedding comes from its own meta
/// features and from the features, labels and time differences of the samples before it, never from its own label or from
/// anything later. Its sequence is at most as long as the support capacity.
/// </summary>
public sealed record TransformerSpec
{
    /// <summary>Numbers in a token; a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Attention heads of each layer, 1 to <see cref="MaxHeads"/>.</summary>
    public int Heads { get; init; } = 2;

    /// <summary>Attention layers, each with a feed-forward behind it: 1 to <see cref="MaxDepth"/>.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Hidden numbers of a feed-forward.</summary>
    public int FeedForward { get; init; } = 64;

    /// <summary>Probability in [0, 1) of zeroing a hidden number of a feed-forward while training.</summary>
    public double Dropout { get; init; }

    /// <summary>
    /// Names of the features of earlier samples that a token knows besides their meta features and labels, such as the item. Dense
    /// ones are among the global block's; others may be any. Empty for none.
    /// </summary>
    public IReadOnlyList<string> Sequence { get; init; } = [];

    /// <summary>What the inner loop moves where it moves the meta block.</summary>
    public AdaptedLayers Adapts { get; init; } = AdaptedLayers.ReadOut;

    /// <summary>Most heads of a layer; they are written one by one into the exported graph.</summary>
    public const int MaxHeads = 16;

    /// <summary>Most attention layers.</summary>
    public const int MaxDepth = 16;
}
