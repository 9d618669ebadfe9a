using LiMaml.Models.Specs;

namespace LiMaml.Models.Network.Sequences;

/// <summary>A pass of the support through a transformer meta block.</summary>
/// <param name="Embedding">Meta embeddings [tasks, support, embedding].</param>
/// <param name="Tokens">What they are made of [tasks, support, inputs].</param>
/// <param name="Attended">Passes through its attention layers.</param>
/// <param name="Last">Inputs of the read-out.</param>
internal sealed record TransformerPass<T>(T Embedding, T Tokens, IReadOnlyList<AttentionLayerPass<T>> Attended, Normalised<T> Last)
    : MetaPass<T>(Embedding, Tokens, [])
    where T : class;

/// <summary>
/// A causal transformer over a task's support as a meta block (paper §8): tokens → linear → attention layers → normalisation →
/// linear. What the inner loop moves is the spec's choice; forward and gradient side by side.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal sealed class TransformerMetaBlock<T> : MetaBlock<T>
    where T : class
{
    private readonly ITensorAlgebra<T> algebra;
    private readonly TransformerSpec spec;
    private readonly FeatureEncoder<T> encoder;
    private readonly SequenceTokens<T> tokens;
    private readonly Normalisation<T> normalisation;
    private readonly List<AttentionLayer<T>> layers;
    private readonly int lowest; // attention layer that moves

    public TransformerMetaBlock(
        MetaBlockSpec spec, HistoryBag<T>? history, FeatureLayout layout, SequenceTokens<T> tokens, ITensorAlgebra<T> algebra, Func<string, T> parameter)
        : base(spec, history)
    {
        this.algebra = algebra;
        this.tokens = tokens;
        this.spec = spec.TransformerOrDefault;
        encoder = new FeatureEncoder<T>(algebra, layout, layout, feature => parameter($"{Prefix}.encoder.{feature}"));
        normalisation = new Normalisation<T>(algebra, this.spec.Width);
        layers = [.. Enumerable.Range(0, this.spec.Depth).Select(depth => new AttentionLayer<T>(algebra, part => SequenceLayers.Part(Prefix, depth, part), this.spec))];
        lowest = SequenceLayers.Lowest(this.spec);
    }

    private string Input => SequenceLayers.Input(Prefix);

    private string ReadOut => SequenceLayers.ReadOut(Prefix);

    public override T Encode(IReadOnlyDictionary<string, T> inputs) =>
        algebra.Concatenate([.. encoder.Numbers(inputs), .. encoder.LearnedVectors(inputs)]);

    public override TaskSequence<T> Sequence(SupportSamples<T> support) =>
        tokens.Of(Encode(support.Meta), support.Features, support.Labels, support.Weights, support.Times!);

    public override LayerSet<T> Bind(LayerSet<T> weights, IReadOnlyDictionary<string, T> latest, T? bag = null, bool moves = false) =>
        WithOwnVectors(algebra, weights, bag, moves);

    public override T Forward(LayerSet<T> weights, T? encoded, TaskSequence<T>? sequence)
    {
        var before = sequence is null ? null : weights[Input].Forward(sequence.Tokens);
        var rows = weights[Input].Forward(tokens.After(encoded!, sequence));
        for (var depth = 0; depth < layers.Count; depth++)
        {
            var attended = before is null ? null : layers[depth].Forward(weights, before, sequence!.Bias);
            rows = layers[depth].ForwardAfter(weights, rows, attended?.Projections, sequence?.BiasAfter);
            before = attended?.Output;
        }

        return Embedding(weights, normalisation.Forward(rows));
    }

    public override MetaPass<T> ForwardSupport(LayerSet<T> weights, T? encoded, TaskSequence<T>? sequence, MetaPass<T>? earlier = null)
    {
        var settled = earlier as TransformerPass<T>;
        if (settled is not null && lowest == layers.Count)
        {
            return settled with { Embedding = Embedding(weights, settled.Last) };
        }

        var attended = new List<AttentionLayerPass<T>>();
        attended.AddRange(settled?.Attended.Take(lowest) ?? []);
        var rows = attended.Count == 0 ? weights[Input].Forward(encoded!) : attended[^1].Output;
        while (attended.Count < layers.Count)
        {
            attended.Add(layers[attended.Count].Forward(weights, rows, sequence!.Bias));
            rows = attended[^1].Output;
        }

        var last = normalisation.Forward(rows);
        return new TransformerPass<T>(Embedding(weights, last), encoded!, attended, last);
    }

    public override void Backward(LayerSet<T> weights, MetaPass<T> pass, T delta, ICollection<LayerError<T>> errors)
    {
        var made = (TransformerPass<T>)pass;
        errors.Add(new LayerError<T>(ReadOut, made.Last.Output, delta));
        if (lowest == layers.Count)
        {
            return;
        }

        delta = normalisation.Backward(made.Last, weights[ReadOut].Backward(delta));
        for (var depth = layers.Count - 1; depth >= lowest; depth--)
        {
            delta = layers[depth].Backward(weights, made.Attended[depth], delta, errors);
        }

        if (spec.Adapts is AdaptedLayers.All)
        {
            errors.Add(new LayerError<T>(Input, made.Tokens, delta));
        }
    }

    private T Embedding(LayerSet<T> weights, Normalised<T> rows) => Shifted(algebra, weights, weights[ReadOut].Forward(rows.Output));
}
