using LiMaml.Models.Network.Sequences;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>The support samples of a batch of tasks as they come; padded samples have weight 0.</summary>
/// <param name="Meta">Meta features of the samples by input name [tasks, support, width].</param>
/// <param name="Latest">Meta features of each task's most recent sample by input name [tasks, width].</param>
/// <param name="Features">What <see cref="ModelSpec.SupportFeatures"/> names, by input name [tasks, support, width].</param>
/// <param name="Labels">[tasks, support, 1].</param>
/// <param name="Weights">[tasks, support, 1], 0 or more.</param>
/// <param name="Others">Meta embeddings of the other task definitions [tasks, support, embedding]; empty for a single definition.</param>
/// <param name="Times">When they came; null where the meta block does not read them as a sequence.</param>
internal sealed record SupportSamples<T>(
    IReadOnlyDictionary<string, T> Meta,
    IReadOnlyDictionary<string, T> Latest,
    IReadOnlyDictionary<string, T> Features,
    T Labels,
    T Weights,
    IReadOnlyDictionary<string, T> Others,
    SupportTimes<T>? Times)
    where T : class;

/// <summary>The support sets of a batch of tasks; padded samples have weight 0.</summary>
/// <param name="Meta">Meta features of the samples by input name [tasks, support, width].</param>
/// <param name="Latest">Meta features of each task's most recent sample by input name [tasks, width].</param>
/// <param name="Global">The samples as the global block encodes them.</param>
/// <param name="Labels">[tasks, support, 1].</param>
/// <param name="Weights">[tasks, support, 1], 0 or more.</param>
/// <param name="Others">Meta embeddings of the other task definitions [tasks, support, embedding]; empty for a single definition.</param>
/// <param name="Bag">Each task's history bag [tasks, 1, embedding]; null where the meta block has none.</param>
/// <param name="Sequence">The samples as a sequence; null where the meta block does not read them as one.</param>
internal sealed record SupportSet<T>(
    IReadOnlyDictionary<string, T> Meta,
    IReadOnlyDictionary<string, T> Latest,
    GlobalRows<T> Global,
    T Labels,
    T Weights,
    IReadOnlyDictionary<string, T> Others,
    T? Bag,
    TaskSequence<T>? Sequence)
    where T : class;

/// <summary>What came of the inner loop.</summary>
/// <param name="Layers">θᵢ for every task: layers that moved, and θ for the rest.</param>
/// <param name="LossBefore">Weighted mean loss on the support set under θ [tasks, 1, 1]; null where not asked for.</param>
/// <param name="LossAfter">The same under θᵢ.</param>
internal sealed record Adapted<T>(LayerSet<T> Layers, T? LossBefore, T? LossAfter)
    where T : class;

/// <summary>Algorithm 2a, lines 4–10, and Algorithm 2b, lines 2–6: gradient steps on every task's support set at once.</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="network">Both blocks.</param>
/// <param name="spec">Steps, step size, what moves.</param>
/// <param name="supportLength">Samples a task is padded to, for choosing the cheaper form; results do not depend on it.</param>
internal sealed class InnerLoop<T>(Network<T> network, InnerLoopSpec spec, int supportLength)
    where T : class
{
    private readonly ITensorAlgebra<T> algebra = network.Algebra;
    private readonly StepSettings<T> settings = network.Settings(spec);

    /// <summary>θ, in the form in which this loop adapts it.</summary>
    public LayerSet<T> Layers() => network.Layers(PrefersGram);

    /// <summary>Adapts <paramref name="theta"/> to the tasks of <paramref name="support"/>.</summary>
    public Adapted<T> Adapt(MetaBlock<T> block, LayerSet<T> theta, SupportSet<T> support, bool losses = false)
    {
        var bound = block.Bind(theta, support.Latest, support.Bag, spec.Adapts is AdaptedWeights.Embedding); // θ_metaᵢ ← θ_meta (line 5)
        if (spec.Steps == 0 && !losses)
        {
            return new Adapted<T>(bound, null, null);
        }

        var start = Detach(bound);
        var encoded = block.EncodeSupport(support);
        var state = new Support(
            support.Labels,
            support.Weights,
            StepWeights(support.Weights),
            algebra.Sum(support.Weights, 1),
            encoded is null || spec.SecondOrder ? encoded : algebra.StopGradient(encoded),
            FollowsGlobal ? support.Global : network.Global.Frozen(support.Global),
            support.Others,
            support.Sequence);
        var projected = network.Global.Project(start, state.Global);
        var layers = start;
        var (meta, pass) = Forward(block, layers, state, projected);
        var before = losses ? MeanLoss(pass.Logit, state) : null;
        if (spec is { StepRule: StepRule.Newton or StepRule.Diagonal, Steps: > 0 })
        {
            var (problem, delta) = MoveEmbedding(block, start, state, meta, pass);
            layers = start.With([KeyValuePair.Create(block.Shift, (LinearLayer<T>)((RowLayer<T>)start[block.Shift]).Moved(delta))]);
            return new Adapted<T>(Attach(layers, start, bound), before, losses ? MeanLoss(problem.LogitsAt(algebra, delta), state) : null);
        }

        var length = StepLength(block, start, state, meta, pass);
        for (var step = 0; step < spec.Steps; step++) // repeat n times (line 6)
        {
            layers = Step(layers, Gradient(block, layers, state, meta, pass), length, state.Evidence); // line 8
            projected = spec.Adapts is AdaptedWeights.Network ? network.Global.Project(layers, state.Global) : projected;
            (meta, pass) = step + 1 < spec.Steps || losses ? Forward(block, layers, state, projected, meta) : (meta, pass);
        }

        return new Adapted<T>(Attach(layers, start, bound), before, losses ? MeanLoss(pass.Logit, state) : null);
    }

    /// <summary>The movement of each task's own vector where only that moves and the logit is linear in it.</summary>
    private (EmbeddingProblem<T> Problem, T Delta) MoveEmbedding(MetaBlock<T> block, LayerSet<T> start, Support state, MetaPass<T> meta, GlobalPass<T> pass)
    {
        var slopes = network.Global.Backward(start, pass, One(pass.Logit), block.Spec.Task, null); // ∂logit/∂embedding
        var problem = new EmbeddingProblem<T>(pass.Logit, slopes, state.Labels, state.StepWeights, meta.Embedding, settings.Strength(block.Shift, state.Evidence)!);
        return (problem, new EmbeddingSteps<T>(network, spec, block.Spec.EmbeddingSize).Run(problem));
    }

    private bool FollowsGlobal => spec.SecondOrder && spec.TotalGlobalGradient;

    private (MetaPass<T> Meta, GlobalPass<T> Pass) Forward(MetaBlock<T> block, LayerSet<T> layers, Support support, GlobalFixed<T> projected, MetaPass<T>? earlier = null)
    {
        var meta = block.ForwardSupport(layers, support.Encoded, support.Sequence, earlier);
        var embedding = spec.Adapts is AdaptedWeights.Network && support.Encoded is null
            ? algebra.Add(meta.Embedding, algebra.Scale(support.Labels, 0)) // an ID row stands for each of its task's samples
            : meta.Embedding;
        var embeddings = new Dictionary<string, T>(support.Others) { [block.Spec.Task] = embedding };
        return (meta, network.Global.Forward(layers, support.Global, projected, embeddings));
    }

    /// <summary>∇ of the support loss, as each moving layer's inputs and errors (line 7).</summary>
    private List<LayerError<T>> Gradient(MetaBlock<T> block, LayerSet<T> layers, Support support, MetaPass<T> meta, GlobalPass<T> pass)
    {
        var errors = new List<LayerError<T>>();
        var atLogit = algebra.Multiply(network.Loss.Derivative(pass.Logit, support.Labels), support.StepWeights);
        var atEmbedding = network.Global.Backward(layers, pass, atLogit, block.Spec.Task, spec.Adapts is AdaptedWeights.Network ? errors : null);
        if (spec.MetaEmbeddingL2 > 0)
        {
            var pull = algebra.Multiply(meta.Embedding, algebra.Scale(support.StepWeights, spec.MetaEmbeddingL2));
            atEmbedding = algebra.Add(atEmbedding, pull);
        }

        AddMetaErrors(block, layers, meta, atEmbedding, errors);
        return errors;
    }

    private void AddMetaErrors(MetaBlock<T> block, LayerSet<T> layers, MetaPass<T> meta, T atEmbedding, List<LayerError<T>> errors)
    {
        if (spec.Adapts is AdaptedWeights.Embedding)
        {
            errors.Add(new LayerError<T>(block.Shift, algebra.One, atEmbedding));
        }
        else
        {
            block.Backward(layers, meta, atEmbedding, errors);
        }
    }

    private LayerSet<T> Step(LayerSet<T> layers, List<LayerError<T>> errors, T length, T evidence) =>
        layers.With(errors.Select(error =>
        {
            var strength = settings.Strength(error.Layer, evidence);
            var keep = strength is null ? null : algebra.Subtract(algebra.One, algebra.Multiply(length, strength));
            var movement = algebra.Multiply(error.Errors, algebra.Scale(length, -1));
            return KeyValuePair.Create(error.Layer, layers[error.Layer].Step(error.Inputs, movement, keep, settings.Sizes(error.Layer, layers[error.Layer].HasBias)));
        }));

    /// <summary>Each task's step length [tasks, 1, 1] or a constant; 1 where the lengths of single numbers are learned.</summary>
    private T StepLength(MetaBlock<T> block, LayerSet<T> start, Support support, MetaPass<T> meta, GlobalPass<T> pass)
    {
        var length = algebra.Scale(algebra.One, spec.LearnedStepSizes ? 1 : spec.StepSize);
        return spec is { StepRule: StepRule.CurvatureBound, Steps: > 0 }
            ? algebra.Divide(length, algebra.Add(algebra.One, algebra.Multiply(length, Curvature(block, start, support, meta, pass))))
            : length;
    }

    /// <summary>Bounds the second derivative of each task's support loss in any direction, to first order around θ [tasks, 1, 1].</summary>
    private T Curvature(MetaBlock<T> block, LayerSet<T> start, Support support, MetaPass<T> meta, GlobalPass<T> pass)
    {
        var atLogit = One(pass.Logit); // ∂logit/∂logit
        var errors = new List<LayerError<T>>();
        var atEmbedding = network.Global.Backward(start, pass, atLogit, block.Spec.Task, spec.Adapts is AdaptedWeights.Network ? errors : null);
        var output = errors.Count;
        AddMetaErrors(block, start, meta, atEmbedding, errors);
        var sum = algebra.Scale(start[errors[output].Layer].SquaredGradient(errors[output].Inputs, algebra.One), spec.MetaEmbeddingL2);
        foreach (var error in errors)
        {
            sum = algebra.Add(sum, algebra.Scale(start[error.Layer].SquaredGradient(error.Inputs, error.Errors), network.Loss.LargestCurvature));
        }

        var bound = algebra.Sum(algebra.Multiply(sum, support.StepWeights), 1);
        var layers = spec.LearnedProximal ? errors.Select(error => error.Layer) : [errors[output].Layer]; // one strength for all where it isn't learned
        return layers.Aggregate(bound, (total, layer) => settings.Strength(layer, support.Evidence) is { } strength ? algebra.Add(total, strength) : total);
    }

    private T One(T like) => algebra.Add(algebra.Scale(like, 0), algebra.One);

    /// <summary>Sample weights, divided by their sum for the mean; a task without support keeps zeros.</summary>
    private T StepWeights(T weights)
    {
        if (spec.Reduction is LossReduction.Sum)
        {
            return weights;
        }

        return algebra.Divide(weights, AtLeastOneWhereZero(algebra.Sum(weights, 1)));
    }

    private T MeanLoss(T logits, Support support)
    {
        var total = algebra.Sum(algebra.Multiply(network.Loss.Value(logits, support.Labels), support.Weights), 1);
        return algebra.Divide(total, AtLeastOneWhereZero(algebra.Sum(support.Weights, 1)));
    }

    private T AtLeastOneWhereZero(T sum) => algebra.Add(sum, algebra.Subtract(algebra.One, algebra.Positive(sum)));

    /// <summary>First order cuts every path from the steps to θ; 'direct' cuts those to θ_global.</summary>
    private LayerSet<T> Detach(LayerSet<T> theta) => theta.Frozen(name => !(Parameters.IsMeta(name) ? spec.SecondOrder : FollowsGlobal));

    /// <summary>Puts the movement on top of the live θ again.</summary>
    private static LayerSet<T> Attach(LayerSet<T> moved, LayerSet<T> start, LayerSet<T> live) =>
        live.With(moved.Names.Where(name => !ReferenceEquals(moved[name], start[name]))
            .Select(name => KeyValuePair.Create(name, moved[name].Rebase(live[name]))));

    /// <summary>
    /// Operations for rows as many as the support: Gram needs S²(in + out) a step, weights S·in·out a step and as much to apply.
    /// </summary>
    private bool PrefersGram(long inputs, long outputs) => spec.Form switch
    {
        AdaptedForm.Gram => true,
        AdaptedForm.Weights => false,
        _ => (double)supportLength * (inputs + outputs) * spec.Steps <= (double)inputs * outputs * (spec.Steps + 1),
    };

    private sealed record Support(
        T Labels,
        T Weights,
        T StepWeights,
        T Evidence,
        T? Encoded,
        GlobalRows<T> Global,
        IReadOnlyDictionary<string, T> Others,
        TaskSequence<T>? Sequence);
}
