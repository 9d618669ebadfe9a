using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>What the global block makes of rows before any meta embedding is known.</summary>
/// <param name="Encoded">Encoded features [..., width].</param>
/// <param name="Items">The bilinear form's item side, by task definition.</param>
internal sealed record GlobalRows<T>(T Encoded, IReadOnlyDictionary<string, ItemRows<T>> Items)
    where T : class;

/// <summary>The item side of the bilinear form.</summary>
/// <param name="Numbers">Dense and vector features [..., width], or null.</param>
/// <param name="Vectors">Sum of learned vectors [..., embedding], or null.</param>
internal sealed record ItemRows<T>(T? Numbers, T? Vectors)
    where T : class;

/// <summary>A forward pass through the global block.</summary>
/// <param name="Logit">[..., 1].</param>
/// <param name="Rows">The rows it is for.</param>
/// <param name="Embeddings">Meta embeddings by task definition.</param>
/// <param name="ItemVectors">The bilinear form's r by task definition.</param>
/// <param name="Layers">Passes through its layers.</param>
internal sealed record GlobalPass<T>(
    T Logit,
    GlobalRows<T> Rows,
    IReadOnlyDictionary<string, T> Embeddings,
    IReadOnlyDictionary<string, T> ItemVectors,
    IReadOnlyList<LayerPass<T>> Layers)
    where T : class;

/// <summary>The global block (paper §4.3.1): meta embeddings and other features in, logit out; its gradient beside it.</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal sealed class GlobalBlock<T>
    where T : class
{
    private readonly ITensorAlgebra<T> algebra;
    private readonly FeatureEncoder<T> encoder;
    private readonly Dictionary<string, FeatureEncoder<T>> itemEncoders;
    private readonly DenseStack<T> stack;
    private readonly bool concatenates;

    public GlobalBlock(ModelSpec spec, FeatureLayout layout, FeatureLayout itemLayout, ITensorAlgebra<T> algebra, Func<string, T> parameter)
    {
        this.algebra = algebra;
        encoder = new FeatureEncoder<T>(algebra, layout, layout, feature => parameter($"{Parameters.GlobalPrefix}.encoder.{feature}"));
        stack = new DenseStack<T>(algebra, Parameters.GlobalPrefix, Parameters.Stack(spec.Global));
        concatenates = Parameters.Concatenates(spec.Global);
        itemEncoders = Parameters.IsBilinear(spec.Global)
            ? spec.MetaBlocks.ToDictionary(
                block => block.Task,
                block => new FeatureEncoder<T>(algebra, itemLayout, layout, feature => parameter($"{Parameters.ItemPrefix(block.Task)}.encoder.{feature}")))
            : [];
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
            itemEncoders.ToDictionary(entry => entry.Key, entry => EncodeItem(entry.Value, inputs, lookups)));
    }

    /// <summary>The same rows, without gradients to the parameters that encoded them.</summary>
    public GlobalRows<T> Frozen(GlobalRows<T> rows) => new(
        algebra.StopGradient(rows.Encoded),
        rows.Items.ToDictionary(entry => entry.Key, entry => new ItemRows<T>(
            entry.Value.Numbers is null ? null : algebra.StopGradient(entry.Value.Numbers),
            entry.Value.Vectors is null ? null : algebra.StopGradient(entry.Value.Vectors))));

    /// <summary>The share of the features in the first layer's outputs, and of the item side in the logit: what meta embeddings don't touch.</summary>
    public GlobalFixed<T> Project(LayerSet<T> weights, GlobalRows<T> rows) => new(
        weights[stack.Name(0)].Forward(rows.Encoded),
        rows.Items.ToDictionary(entry => entry.Key, entry => ItemVector(weights, entry.Key, entry.Value)));

    /// <summary>The logit [..., 1] of rows with these meta embeddings [..., embedding].</summary>
    public GlobalPass<T> Forward(LayerSet<T> weights, GlobalRows<T> rows, GlobalFixed<T> projected, IReadOnlyDictionary<string, T> embeddings)
    {
        var first = projected.FirstOutputs;
        if (concatenates)
        {
            foreach (var (task, embedding) in embeddings)
            {
                first = algebra.Add(first, weights[Parameters.EmbeddingLayer(task)].Forward(embedding));
            }
        }

        var passes = stack.Forward(weights, first);
        var logit = passes[^1].Output;
        foreach (var (task, vector) in projected.ItemVectors)
        {
            var agreement = algebra.Sum(algebra.Multiply(embeddings[task], vector), -1);
            logit = algebra.Add(logit, algebra.Add(agreement, weights[Parameters.OffsetLayer(task)].Forward(embeddings[task])));
        }

        return new GlobalPass<T>(logit, rows, embeddings, projected.ItemVectors, passes);
    }

    /// <summary>
    /// The loss gradient at the meta embedding of <paramref name="task"/> from that at the logit [..., 1]. Where
    /// <paramref name="errors"/> is given, what the block's own layers need for a step is added to it.
    /// </summary>
    public T Backward(LayerSet<T> weights, GlobalPass<T> pass, T delta, string task, ICollection<LayerError<T>>? errors)
    {
        T? gradient = null;
        if (concatenates || errors is not null)
        {
            var first = stack.Backward(weights, pass.Layers, delta, errors ?? []);
            gradient = concatenates ? weights[Parameters.EmbeddingLayer(task)].Backward(first) : null;
            AddFirstErrors(pass, first, errors);
        }

        foreach (var (name, vector) in pass.ItemVectors)
        {
            AddItemErrors(pass, name, delta, errors);
            if (name == task)
            {
                var share = algebra.Add(algebra.Multiply(vector, delta), weights[Parameters.OffsetLayer(name)].Backward(delta));
                gradient = gradient is null ? share : algebra.Add(gradient, share);
            }
        }

        return gradient!;
    }

    private void AddFirstErrors(GlobalPass<T> pass, T first, ICollection<LayerError<T>>? errors)
    {
        errors?.Add(new LayerError<T>(stack.Name(0), pass.Rows.Encoded, first));
        foreach (var (name, embedding) in concatenates ? pass.Embeddings : new Dictionary<string, T>())
        {
            errors?.Add(new LayerError<T>(Parameters.EmbeddingLayer(name), embedding, first));
        }
    }

    private void AddItemErrors(GlobalPass<T> pass, string task, T delta, ICollection<LayerError<T>>? errors)
    {
        errors?.Add(new LayerError<T>(Parameters.OffsetLayer(task), pass.Embeddings[task], delta));
        if (pass.Rows.Items[task].Numbers is { } numbers)
        {
            errors?.Add(new LayerError<T>(Parameters.ProjectionLayer(task), numbers, algebra.Multiply(pass.Embeddings[task], delta)));
        }
    }

    private ItemRows<T> EncodeItem(FeatureEncoder<T> item, IReadOnlyDictionary<string, T> inputs, ICollection<T>? lookups)
    {
        var numbers = item.Numbers(inputs).ToList();
        T? sum = null;
        foreach (var vector in item.LearnedVectors(inputs))
        {
            lookups?.Add(vector);
            sum = sum is null ? vector : algebra.Add(sum, vector);
        }

        return new ItemRows<T>(numbers.Count == 0 ? null : algebra.Concatenate(numbers), sum);
    }

    private T ItemVector(LayerSet<T> weights, string task, ItemRows<T> item)
    {
        var projection = item.Numbers is null ? null : weights[Parameters.ProjectionLayer(task)].Forward(item.Numbers);
        return projection is null ? item.Vectors! : item.Vectors is null ? projection : algebra.Add(projection, item.Vectors);
    }
}

/// <summary>What of a forward pass does not depend on the meta embeddings.</summary>
/// <param name="FirstOutputs">First layer's outputs for the features alone [..., outputs].</param>
/// <param name="ItemVectors">The bilinear form's r by task definition [..., embedding].</param>
internal sealed record GlobalFixed<T>(T FirstOutputs, IReadOnlyDictionary<string, T> ItemVectors)
    where T : class;
