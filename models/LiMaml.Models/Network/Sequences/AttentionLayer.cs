using LiMaml.Models.Specs;

namespace LiMaml.Models.Network.Sequences;

/// <summary>A pass of a sequence through an attention layer.</summary>
/// <param name="First">Inputs of the attention.</param>
/// <param name="Projections">Its queries, keys and values.</param>
/// <param name="Attention">What it made of them.</param>
/// <param name="Second">Inputs of the feed-forward.</param>
/// <param name="Hidden">Its hidden numbers.</param>
/// <param name="Output">[tasks, length, width].</param>
internal sealed record AttentionLayerPass<T>(
    Normalised<T> First, Projections<T> Projections, AttentionPass<T> Attention, Normalised<T> Second, LayerPass<T> Hidden, T Output)
    where T : class;

/// <summary>
/// h + attention of the normalised h, then the same with a feed-forward of one rectified hidden layer; forward and gradient side by side.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="name">The name of a part, e.g. <see cref="SequenceLayers.Query"/>, as a linear layer.</param>
/// <param name="spec">Sizes.</param>
internal sealed class AttentionLayer<T>(ITensorAlgebra<T> algebra, Func<string, string> name, TransformerSpec spec)
    where T : class
{
    private readonly Normalisation<T> normalisation = new(algebra, spec.Width);
    private readonly Attention<T> attention = new(algebra, spec.Width, spec.Heads);

    /// <summary>A sequence [tasks, length, width]; <paramref name="bias"/> as of <see cref="Attention{T}.Forward"/>.</summary>
    public AttentionLayerPass<T> Forward(LayerSet<T> weights, T rows, T bias)
    {
        var first = normalisation.Forward(rows);
        var projections = Project(weights, first.Output);
        var attended = attention.Forward(projections, bias);
        var (second, hidden, output) = FeedForward(weights, algebra.Add(rows, weights[name(SequenceLayers.Mix)].Forward(attended.Output)));
        return new AttentionLayerPass<T>(first, projections, attended, second, hidden, output);
    }

    /// <summary>Rows that come after a sequence and don't see each other [tasks, rows, width].</summary>
    /// <param name="weights">The layers.</param>
    /// <param name="rows">[tasks, rows, width].</param>
    /// <param name="sequence">The sequence's inputs to this layer [tasks, length, width]; null where there is none.</param>
    /// <param name="bias">Which of them may be seen; see <see cref="Attention{T}.ForwardAfter"/>.</param>
    public T ForwardAfter(LayerSet<T> weights, T rows, Projections<T>? sequence, T? bias)
    {
        var projections = Project(weights, normalisation.Forward(rows).Output);
        var attended = sequence is null ? projections.Values : attention.ForwardAfter(projections, sequence, bias!);
        return FeedForward(weights, algebra.Add(rows, weights[name(SequenceLayers.Mix)].Forward(attended))).Output;
    }

    /// <summary>The loss gradient at the rows from that at the output; adds what a step needs to <paramref name="errors"/>.</summary>
    public T Backward(LayerSet<T> weights, AttentionLayerPass<T> pass, T delta, ICollection<LayerError<T>> errors)
    {
        var atHidden = Through(SequenceLayers.Contract, pass.Hidden.Output, delta);
        atHidden = pass.Hidden.Dropout is null ? atHidden : algebra.Multiply(atHidden, pass.Hidden.Dropout);
        var atSecond = Through(SequenceLayers.Expand, pass.Second.Output, algebra.Multiply(atHidden, algebra.Positive(pass.Hidden.Activated)));
        delta = algebra.Add(delta, normalisation.Backward(pass.Second, atSecond));

        var at = attention.Backward(pass.Projections, pass.Attention, Through(SequenceLayers.Mix, pass.Attention.Output, delta));
        var atFirst = algebra.Add(
            algebra.Add(Through(SequenceLayers.Query, pass.First.Output, at.Queries), Through(SequenceLayers.Key, pass.First.Output, at.Keys)),
            Through(SequenceLayers.Value, pass.First.Output, at.Values));
        return algebra.Add(delta, normalisation.Backward(pass.First, atFirst));

        T Through(string part, T inputs, T errorsAtOutputs)
        {
            errors.Add(new LayerError<T>(name(part), inputs, errorsAtOutputs));
            return weights[name(part)].Backward(errorsAtOutputs);
        }
    }

    /// <summary>Queries, keys and values of rows before normalisation.</summary>
    public Projections<T> Project(LayerSet<T> weights, T normalised) => new(
        weights[name(SequenceLayers.Query)].Forward(normalised),
        weights[name(SequenceLayers.Key)].Forward(normalised),
        weights[name(SequenceLayers.Value)].Forward(normalised));

    private (Normalised<T> Second, LayerPass<T> Hidden, T Output) FeedForward(LayerSet<T> weights, T rows)
    {
        var second = normalisation.Forward(rows);
        var activated = algebra.Relu(weights[name(SequenceLayers.Expand)].Forward(second.Output));
        var dropout = spec.Dropout > 0 ? algebra.DropoutFactors(activated, spec.Dropout) : null;
        var hidden = new LayerPass<T>(dropout is null ? activated : algebra.Multiply(activated, dropout), activated, dropout);
        return (second, hidden, algebra.Add(rows, weights[name(SequenceLayers.Contract)].Forward(hidden.Output)));
    }
}
