namespace LiMaml.Models.Network.Entries;

/// <summary>What a meta embedding meets where it enters: made of the rows alone, so that it stays while the embedding moves.</summary>
/// <param name="Value">The item side [..., width], or the first layer's outputs for the features [..., outputs].</param>
/// <param name="Logit">What it adds to the logit by itself [..., 1], or null.</param>
internal sealed record Met<T>(T Value, T? Logit = null)
    where T : class;

/// <summary>
/// A way in which the meta embedding of a task definition enters the global block: something is added, linear in the
/// embedding, to the logit where it meets an item side, to the first layer's outputs otherwise. Its gradient beside it.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="task">The task definition.</param>
/// <param name="item">The item side that it meets at the logit; null where it enters the first layer.</param>
internal abstract class EmbeddingEntry<T>(string task, FeatureSum<T>? item)
    where T : class
{
    public string Task => task;

    public FeatureSum<T>? Item => item;

    /// <summary>What does not depend on the embedding, once for all steps.</summary>
    public virtual Met<T> Meet(T value) => new(value);

    /// <summary>What is added for an embedding [..., embedding]: [..., outputs], or [..., 1] at the logit.</summary>
    public abstract T Forward(LayerSet<T> weights, T embedding, Met<T> met);

    /// <summary>The loss gradient at the embedding from that at the sum that it was added to.</summary>
    public abstract T Backward(LayerSet<T> weights, Met<T> met, T delta);

    /// <summary>The share of it at the value that was met; null where that has no part in what is added.</summary>
    public abstract T? BackwardToMet(LayerSet<T> weights, T embedding, T delta);

    /// <summary>Adds what a step of the entry's own layers needs.</summary>
    public abstract void AddErrors(LayerSet<T> weights, T embedding, Met<T> met, T delta, ICollection<LayerError<T>> errors);
}
