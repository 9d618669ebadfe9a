using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>A meta block: meta features in, meta embedding out (paper §4.3.1).</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal abstract class MetaBlock<T>(MetaBlockSpec spec)
    where T : class
{
    public MetaBlockSpec Spec => spec;

    /// <summary>Prefix of its parameters' names.</summary>
    public string Prefix => Parameters.MetaPrefix(spec.Task);

    /// <summary>Encodes the meta features of rows [..., width]; null where the block reads none for each row.</summary>
    public abstract T? Encode(IReadOnlyDictionary<string, T> inputs);

    /// <summary>Adds the layers that depend on which tasks are in the batch; <paramref name="latest"/> holds a sample of each, [tasks, width].</summary>
    public abstract LayerSet<T> Bind(LayerSet<T> weights, IReadOnlyDictionary<string, T> latest);

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

    public MlpMetaBlock(MetaBlockSpec spec, FeatureLayout layout, ITensorAlgebra<T> algebra, Func<string, T> parameter)
        : base(spec)
    {
        this.algebra = algebra;
        encoder = new FeatureEncoder<T>(algebra, layout, layout, feature => parameter($"{Prefix}.encoder.{feature}"));
        stack = new DenseStack<T>(algebra, Prefix, Parameters.Stack(spec));
    }

    public override T Encode(IReadOnlyDictionary<string, T> inputs) =>
        algebra.Concatenate([.. encoder.Numbers(inputs), .. encoder.LearnedVectors(inputs)]);

    public override LayerSet<T> Bind(LayerSet<T> weights, IReadOnlyDictionary<string, T> latest) => weights;

    public override MetaPass<T> Forward(LayerSet<T> weights, T? encoded)
    {
        var passes = stack.Forward(weights, weights[stack.Name(0)].Forward(encoded!));
        return new MetaPass<T>(passes[^1].Output, encoded, passes);
    }

    public override void Backward(LayerSet<T> weights, MetaPass<T> pass, T delta, ICollection<LayerError<T>> errors)
    {
        var first = stack.Backward(weights, pass.Layers, delta, errors);
        errors.Add(new LayerError<T>(stack.Name(0), pass.Encoded!, first));
    }
}

/// <summary>A learned row for each task as a meta block (paper Table 4).</summary>
internal sealed class IdMetaBlock<T>(MetaBlockSpec spec, ITensorAlgebra<T> algebra, Func<string, T> parameter) : MetaBlock<T>(spec)
    where T : class
{
    private string Rows => $"{Prefix}.rows";

    public override T? Encode(IReadOnlyDictionary<string, T> inputs) => null;

    public override LayerSet<T> Bind(LayerSet<T> weights, IReadOnlyDictionary<string, T> latest)
    {
        var rows = algebra.Gather(parameter(Rows), algebra.Squeeze(latest[FeatureLayout.CategoricalInput])); // [tasks, embedding]
        return weights.With([KeyValuePair.Create(Rows, (LinearLayer<T>)new RowLayer<T>(algebra, algebra.Unsqueeze(rows, 1)))]);
    }

    public override MetaPass<T> Forward(LayerSet<T> weights, T? encoded) =>
        new(weights[Rows].Forward(algebra.One), null, []); // [tasks, 1, embedding]

    public override void Backward(LayerSet<T> weights, MetaPass<T> pass, T delta, ICollection<LayerError<T>> errors) =>
        errors.Add(new LayerError<T>(Rows, algebra.One, delta));
}
