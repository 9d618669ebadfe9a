using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>A meta block: meta features in, meta embedding out (paper §4.3.1).</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal abstract class MetaBlock<T>(MetaBlockSpec spec, HistoryBag<T>? history)
    where T : class
{
    public MetaBlockSpec Spec => spec;

    /// <summary>Name of the layer that holds a task's own vector.</summary>
    public string Shift { get; } = Parameters.Shift(spec.Task);

    /// <summary>The history bag of each task [tasks, 1, embedding], from the <c>global</c> inputs of its support; null where the block has none.</summary>
    public T? Bag(IReadOnlyDictionary<string, T> inputs, T weights) => history?.Sum(inputs, weights);

    /// <summary>Prefix of its parameters' names.</summary>
    public string Prefix => Parameters.MetaPrefix(spec.Task);

    /// <summary>Encodes the meta features of rows [..., width]; null where the block reads none for each row.</summary>
    public abstract T? Encode(IReadOnlyDictionary<string, T> inputs);

    /// <summary>Adds the layers that depend on which tasks are in the batch.</summary>
    /// <param name="weights">θ.</param>
    /// <param name="latest">Meta features of a sample of each [tasks, width].</param>
    /// <param name="bag">Their history bags [tasks, 1, embedding], or null.</param>
    /// <param name="moves">Whether the inner loop moves the tasks' own vectors.</param>
    public abstract LayerSet<T> Bind(LayerSet<T> weights, IReadOnlyDictionary<string, T> latest, T? bag = null, bool moves = false);

    /// <summary>Meta embeddings [..., embedding] of encoded rows, and the passes for <see cref="Backward"/>.</summary>
    public abstract MetaPass<T> Forward(LayerSet<T> weights, T? encoded);

    /// <summary>From the loss gradient at the meta embeddings to what a step needs.</summary>
    public abstract void Backward(LayerSet<T> weights, MetaPass<T> pass, T delta, ICollection<LayerError<T>> errors);
}

/// <summary>A forward pass through a meta block.</summary>
/// <param name="Embedding">Meta embeddings [..., embedding].</param>
/// <param name="Encoded">The encoded meta features.</param>
/// <param name="Layers">Passes through its layers.</param>
internal sealed record MetaPass<T>(T Embedding, T? Encoded, IReadOnlyList<LayerPass<T>> Layers)
    where T : class;

/// <summary>Dense layers as a meta block.</summary>
internal sealed class MlpMetaBlock<T> : MetaBlock<T>
    where T : class
{
    private readonly ITensorAlgebra<T> algebra;
    private readonly FeatureEncoder<T> encoder;
    private readonly DenseStack<T> stack;

    private T? zero;

    public MlpMetaBlock(MetaBlockSpec spec, HistoryBag<T>? history, FeatureLayout layout, ITensorAlgebra<T> algebra, Func<string, T> parameter)
        : base(spec, history)
    {
        this.algebra = algebra;
        encoder = new FeatureEncoder<T>(algebra, layout, layout, feature => parameter($"{Prefix}.encoder.{feature}"));
        stack = new DenseStack<T>(algebra, Prefix, Parameters.Stack(spec));
    }

    public override T Encode(IReadOnlyDictionary<string, T> inputs) =>
        algebra.Concatenate([.. encoder.Numbers(inputs), .. encoder.LearnedVectors(inputs)]);

    public override LayerSet<T> Bind(LayerSet<T> weights, IReadOnlyDictionary<string, T> latest, T? bag = null, bool moves = false)
    {
        if (bag is null && !moves)
        {
            return weights;
        }

        var origin = bag ?? (zero ??= algebra.Constant(new float[Spec.EmbeddingSize], 1, 1, Spec.EmbeddingSize));
        return weights.With([KeyValuePair.Create(Shift, (LinearLayer<T>)new RowLayer<T>(algebra, origin))]);
    }

    public override MetaPass<T> Forward(LayerSet<T> weights, T? encoded)
    {
        var passes = stack.Forward(weights, weights[stack.Name(0)].Forward(encoded!));
        var output = passes[^1].Output;
        return new MetaPass<T>(weights.Has(Shift) ? algebra.Add(output, weights[Shift].Forward(algebra.One)) : output, encoded, passes);
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

    public override MetaPass<T> Forward(LayerSet<T> weights, T? encoded) =>
        new(weights[Shift].Forward(algebra.One), null, []); // [tasks, 1, embedding]

    public override void Backward(LayerSet<T> weights, MetaPass<T> pass, T delta, ICollection<LayerError<T>> errors) =>
        errors.Add(new LayerError<T>(Shift, algebra.One, delta));
}
