using LiMaml.Models.Network.Entries;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>
/// The global block (paper §4.3.1): meta embeddings and other features in, logit out; its gradient beside it. Dense layers, and beside
/// them, where the spec has them, a cross network and a wide part; <see cref="Entries"/> are the ways in which embeddings enter.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal sealed class GlobalBlock<T>
    where T : class
{
    private readonly ITensorAlgebra<T> algebra;
    private readonly FeatureEncoder<T> encoder;
    private readonly DenseStack<T> stack;
    private readonly List<EmbeddingEntry<T>> entries;
    private readonly CrossNetwork<T>? cross;
    private readonly FeatureSum<T>? wide;
    private readonly EmbeddingPairs<T>? pairs;

    public GlobalBlock(ModelSpec spec, FeatureLayout layout, FeatureLayout itemLayout, ITensorAlgebra<T> algebra, Func<string, T> parameter)
    {
        this.algebra = algebra;
        encoder = new FeatureEncoder<T>(algebra, layout, layout, feature => parameter($"{Parameters.GlobalPrefix}.encoder.{feature}"));
        stack = new DenseStack<T>(algebra, Parameters.GlobalPrefix, Parameters.Stack(spec.Global));
        entries = [.. spec.MetaBlocks.SelectMany(block => EmbeddingEntries.Of(
            spec.Global.Interaction, block, algebra, prefix => new FeatureSum<T>(algebra, prefix, itemLayout, layout, parameter)))];
        cross = spec.Global.CrossLayers > 0 ? new CrossNetwork<T>(algebra, spec, layout.EncodedWidth(spec.Global.FeatureEmbeddingSize)) : null;
        pairs = spec.Global.Interaction is Interaction.Pairwise
            ? new EmbeddingPairs<T>([.. spec.MetaBlocks.Select(block => block.Task)], spec.MetaBlocks[0].EmbeddingSize, algebra)
            : null;
        wide = spec.Global.Wide ? new FeatureSum<T>(algebra, Parameters.WidePrefix, layout, layout, parameter) : null;
    }

    /// <summary>
    /// Encodes rows [..., width]. The learned vectors that were looked up are added to <paramref name="lookups"/>, where given.
    /// </summary>
    public GlobalRows<T> Encode(IReadOnlyDictionary<string, T> inputs, ICollection<T>? lookups = null)
    {
        var vectors = encoder.LearnedVectors(inputs).ToList();
        vectors.ForEach(vector => lookups?.Add(vector));
        return new GlobalRows<T>(
            algebra.Concatenate([.. encoder.Numbers(inputs), .. vectors]),
            [.. entries.Select(entry => entry.Item?.Encode(inputs, lookups))],
            wide?.Encode(inputs, lookups));
    }

    /// <summary>The same rows, without gradients to the parameters that encoded them.</summary>
    public GlobalRows<T> Frozen(GlobalRows<T> rows) => new(
        algebra.StopGradient(rows.Encoded),
        [.. entries.Zip(rows.Items, (entry, item) => entry.Item?.Frozen(item!))],
        wide?.Frozen(rows.Wide!));

    /// <summary>What meta embeddings don't touch: the features' share of the first layer's outputs and of the logit, and the item sides.</summary>
    public GlobalFixed<T> Project(LayerSet<T> weights, GlobalRows<T> rows)
    {
        var first = weights[stack.Name(0)].Forward(rows.Encoded);
        return new GlobalFixed<T>(
            first,
            [.. entries.Zip(rows.Items, (entry, item) => entry.Meet(entry.Item is null ? first : entry.Item.Forward(weights, item!)))],
            cross is { ReadsEmbeddings: false } ? cross.Forward(weights, rows.Encoded, new Dictionary<string, T>()) : null,
            wide?.Forward(weights, rows.Wide!));
    }

    /// <summary>The logit [..., 1] of rows with these meta embeddings [..., embedding].</summary>
    public GlobalPass<T> Forward(LayerSet<T> weights, GlobalRows<T> rows, GlobalFixed<T> projected, IReadOnlyDictionary<string, T> embeddings)
    {
        T Entered(T sum, bool atLogit) => entries.Zip(projected.Met).Where(pair => pair.First.Item is not null == atLogit)
            .Aggregate(sum, (total, pair) => algebra.Add(total, pair.First.Forward(weights, embeddings[pair.First.Task], pair.Second)));

        var layers = stack.Forward(weights, Entered(projected.FirstOutputs, atLogit: false));
        var logit = Entered(layers[^1].Output, atLogit: true);
        var crossed = projected.Crossed ?? cross?.Forward(weights, rows.Encoded, embeddings);
        foreach (var share in new[] { crossed?.Logit, projected.Wide, pairs?.Forward(embeddings) }.OfType<T>())
        {
            logit = algebra.Add(logit, share);
        }

        return new GlobalPass<T>(logit, rows, projected, embeddings, layers, crossed);
    }

    /// <summary>
    /// The loss gradient at the meta embedding of <paramref name="task"/> from that at the logit [..., 1]. Where
    /// <paramref name="errors"/> is given, what the block's own layers need for a step is added to it.
    /// </summary>
    public T Backward(LayerSet<T> weights, GlobalPass<T> pass, T delta, string task, ICollection<LayerError<T>>? errors)
    {
        var shares = new List<T>(); // of the gradient
        if (errors is not null || entries.Exists(entry => entry.Item is null))
        {
            var first = stack.Backward(weights, pass.Layers, delta, errors ?? []);
            var atFeatures = BackwardEntries(weights, pass, first, task, atLogit: false, shares, errors);
            errors?.Add(new LayerError<T>(stack.Name(0), pass.Rows.Encoded, atFeatures));
        }

        BackwardEntries(weights, pass, delta, task, atLogit: true, shares, errors);
        if (pairs is not null)
        {
            shares.Add(pairs.Backward(pass.Embeddings, task, delta));
        }

        if (cross is not null && (errors is not null || cross.ReadsEmbeddings) && cross.Backward(weights, pass.Crossed!, delta, task, errors) is { } crossed)
        {
            shares.Add(crossed);
        }

        if (errors is not null)
        {
            wide?.AddErrors(pass.Rows.Wide!, delta, errors);
        }

        return shares.Aggregate(algebra.Add);
    }

    /// <summary>Adds the shares of the entries at one place; gives the gradient at the features' share there.</summary>
    private T BackwardEntries(LayerSet<T> weights, GlobalPass<T> pass, T delta, string task, bool atLogit, List<T> shares, ICollection<LayerError<T>>? errors)
    {
        var atFeatures = delta;
        for (var index = 0; index < entries.Count; index++)
        {
            var (entry, met) = (entries[index], pass.Fixed.Met[index]);
            if (entry.Item is not null != atLogit)
            {
                continue;
            }

            if (entry.Task == task)
            {
                shares.Add(entry.Backward(weights, met, delta));
            }

            if (errors is null)
            {
                continue;
            }

            entry.AddErrors(weights, pass.Embeddings[entry.Task], met, delta, errors);
            var atMet = entry.BackwardToMet(weights, pass.Embeddings[entry.Task], delta);
            if (entry.Item is not null)
            {
                entry.Item.AddErrors(pass.Rows.Items[index]!, atMet!, errors);
            }
            else if (atMet is not null)
            {
                atFeatures = algebra.Add(atFeatures, atMet);
            }
        }

        return atFeatures;
    }
}
