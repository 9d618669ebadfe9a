using LiMaml.Models.Network.Sequences;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>A meta block: meta features in, meta embedding out (paper §4.3.1).</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal abstract class MetaBlock<T>(MetaBlockSpec spec, HistoryBag<T>? history)
    where T : class
{
    private T? zero;

    public MetaBlockSpec Spec => spec;

    /// <summary>Name of the layer that holds a task's own vector.</summary>
    public string Shift { get; } = Parameters.Shift(spec.Task);

    /// <summary>The history bag of each task [tasks, 1, embedding], from the <c>global</c> inputs of its support; null where the block has none.</summary>
    public T? Bag(IReadOnlyDictionary<string, T> inputs, T weights) => history?.Sum(inputs, weights);

    /// <summary>Prefix of its parameters' names.</summary>
    public string Prefix => Parameters.MetaPrefix(spec.Task);

    /// <summary>Encodes the meta features of rows [..., width]; null where the block reads none for each row.</summary>
    public abstract T? Encode(IReadOnlyDictionary<string, T> inputs);

    /// <summary>The support of each task as the block reads it before any step; null where it doesn't.</summary>
    public virtual TaskSequence<T>? Sequence(SupportSamples<T> support) => null;

    /// <summary>Adds the layers that depend on which tasks are in the batch.</summary>
    /// <param name="weights">θ.</param>
    /// <param name="latest">Meta features of a sample of each [tasks, width].</param>
    /// <param name="bag">Their history bags [tasks, 1, embedding], or null.</param>
    /// <param name="moves">Whether the inner loop moves the tasks' own vectors.</param>
    public abstract LayerSet<T> Bind(LayerSet<T> weights, IReadOnlyDictionary<string, T> latest, T? bag = null, bool moves = false);

    /// <summary>Meta embeddings [..., embedding] of encoded rows that are not the support's own.</summary>
    /// <param name="weights">The layers, bound to these tasks, adapted or not.</param>
    /// <param name="encoded">By <see cref="Encode"/>.</param>
    /// <param name="sequence">What the rows come after; null for nothing, and where the block reads none.</param>
    public abstract T Forward(LayerSet<T> weights, T? encoded, TaskSequence<T>? sequence);

    /// <summary>Meta embeddings of the support samples themselves, and the passes for <see cref="Backward"/>.</summary>
    /// <param name="weights">The layers, bound to these tasks, adapted or not.</param>
    /// <param name="encoded">By <see cref="EncodeSupport"/>.</param>
    /// <param name="sequence">The support; null where the block reads none.</param>
    /// <param name="earlier">A pass of the same samples, from which only the layers that the block's own steps move may differ; null for none.</param>
    public abstract MetaPass<T> ForwardSupport(LayerSet<T> weights, T? encoded, TaskSequence<T>? sequence, MetaPass<T>? earlier = null);

    /// <summary>Encodes support samples for <see cref="ForwardSupport"/>.</summary>
    public T? EncodeSupport(SupportSet<T> support) => support.Sequence is null ? Encode(support.Meta) : support.Sequence.Tokens;

    /// <summary>From the loss gradient at the meta embeddings to what a step needs, the layer that outputs them first.</summary>
    public abstract void Backward(LayerSet<T> weights, MetaPass<T> pass, T delta, ICollection<LayerError<T>> errors);

    /// <summary>The layers, and where a bag or steps of it ask for one a vector for each task that starts as the bag or zero.</summary>
    /// <param name="algebra">Runs or records the operations.</param>
    /// <param name="weights">θ.</param>
    /// <param name="bag">The tasks' history bags [tasks, 1, embedding], or null.</param>
    /// <param name="moves">Whether the inner loop moves the vectors.</param>
    protected LayerSet<T> WithOwnVectors(ITensorAlgebra<T> algebra, LayerSet<T> weights, T? bag, bool moves)
    {
        if (bag is null && !moves)
        {
            return weights;
        }

        var origin = bag ?? (zero ??= algebra.Constant(new float[Spec.EmbeddingSize], 1, 1, Spec.EmbeddingSize));
        return weights.With([KeyValuePair.Create(Shift, (LinearLayer<T>)new RowLayer<T>(algebra, origin))]);
    }

    /// <summary>What the layers output, and the task's own vector where there is one.</summary>
    protected T Shifted(ITensorAlgebra<T> algebra, LayerSet<T> weights, T output) =>
        weights.Has(Shift) ? algebra.Add(output, weights[Shift].Forward(algebra.One)) : output;
}

/// <summary>A forward pass through a meta block.</summary>
/// <param name="Embedding">Meta embeddings [..., embedding].</param>
/// <param name="Encoded">The encoded meta features.</param>
/// <param name="Layers">Passes through its layers.</param>
internal record MetaPass<T>(T Embedding, T? Encoded, IReadOnlyList<LayerPass<T>> Layers)
    where T : class;

/// <summary>Dense layers as a meta block.</summary>
internal sealed class MlpMetaBlock<T> : MetaBlock<T>
    where T : class
{
    private readonly ITensorAlgebra<T> algebra;
    private readonly FeatureEncoder<T> encoder;
    private readonly DenseStack<T> stack;

    public MlpMetaBlock(MetaBlockSpec spec, HistoryBag<T>? history, FeatureLayout layout, ITensorAlgebra<T> algebra, Func<string, T> parameter)
        : base(spec, history)
    {
        this.algebra = algebra;
        encoder = new FeatureEncoder<T>(algebra, layout, layout, feature => parameter($"{Prefix}.encoder.{feature}"));
        stack = new DenseStack<T>(algebra, Prefix, Parameters.Stack(spec));
    }

    public override T Encode(IReadOnlyDictionary<string, T> inputs) =>
        algebra.Concatenate([.. encoder.Numbers(inputs), .. encoder.LearnedVectors(inputs)]);

    public override LayerSet<T> Bind(LayerSet<T> weights, IReadOnlyDictionary<string, T> latest, T? bag = null, bool moves = false) =>
        WithOwnVectors(algebra, weights, bag, moves);

    public override T Forward(LayerSet<T> weights, T? encoded, TaskSequence<T>? sequence) => ForwardSupport(weights, encoded, sequence).Embedding;

    public override MetaPass<T> ForwardSupport(LayerSet<T> weights, T? encoded, TaskSequence<T>? sequence, MetaPass<T>? earlier = null)
    {
        var passes = stack.Forward(weights, weights[stack.Name(0)].Forward(encoded!));
        return new MetaPass<T>(Shifted(algebra, weights, passes[^1].Output), encoded, passes);
    }

    public override void Backward(LayerSet<T> weights, MetaPass<T> pass, T delta, ICollection<LayerError<T>> errors)
    {
        var first = stack.Backward(weights, pass.Layers, delta, errors);
        errors.Add(new LayerError<T>(stack.Name(0), pass.Encoded!, first));
    }
}

/// <summary>A learned row for each task as a meta block (paper Table 4).</summary>
internal sealed class IdMetaBlock<T>(MetaBlockSpec spec, HistoryBag<T>? history, ITensorAlgebra<T> algebra, Func<string, T> parameter) : MetaBlock<T>(spec, history)
    where T : class
{
    public override T? Encode(IReadOnlyDictionary<string, T> inputs) => null;

    public override LayerSet<T> Bind(LayerSet<T> weights, IReadOnlyDictionary<string, T> latest, T? bag = null, bool moves = false)
    {
        var rows = algebra.Unsqueeze(algebra.Gather(parameter($"{Prefix}.rows"), algebra.Squeeze(latest[FeatureLayout.CategoricalInput])), 1); // [tasks, 1, embedding]
        return weights.With([KeyValuePair.Create(Shift, (LinearLayer<T>)new RowLayer<T>(algebra, bag is null ? rows : algebra.Add(rows, bag)))]);
    }

    public override T Forward(LayerSet<T> weights, T? encoded, TaskSequence<T>? sequence) => weights[Shift].Forward(algebra.One); // [tasks, 1, embedding]

    public override MetaPass<T> ForwardSupport(LayerSet<T> weights, T? encoded, TaskSequence<T>? sequence, MetaPass<T>? earlier = null) =>
        new(Forward(weights, encoded, sequence), null, []);

    public override void Backward(LayerSet<T> weights, MetaPass<T> pass, T delta, ICollection<LayerError<T>> errors) =>
        errors.Add(new LayerError<T>(Shift, algebra.One, delta));
}
