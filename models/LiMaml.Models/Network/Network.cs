using LiMaml.Models.Network.Sequences;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Network;

/// <summary>Both blocks of a model over one algebra (paper §4.3.1).</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal sealed class Network<T>
    where T : class
{
    private readonly IReadOnlyList<ParameterDeclaration> declarations;
    private readonly Func<string, T> parameter;
    private readonly Dictionary<int, T> identities = [];
    private readonly int globalCategories;
    private readonly Dictionary<string, int> supportCategories;

    /// <param name="spec">The model.</param>
    /// <param name="schema">The features it reads.</param>
    /// <param name="algebra">Runs or records the operations.</param>
    /// <param name="parameter">The tensor of a declared parameter.</param>
    public Network(ModelSpec spec, DatasetSchema schema, ITensorAlgebra<T> algebra, Func<string, T> parameter)
    {
        Spec = spec;
        Algebra = algebra;
        this.parameter = parameter;
        declarations = Parameters.Declare(spec, schema);
        Loss = new Loss<T>(algebra, spec.Label);
        globalCategories = Parameters.Layout(spec.Global.Features, schema).Categorical.Count;
        supportCategories = spec.MetaBlocks.ToDictionary(block => block.Task, block => Parameters.Layout(spec.SupportFeatures(block), schema).Categorical.Count);
        MetaBlocks = spec.MetaBlocks.ToDictionary(block => block.Task, block => Create(block, schema));
        Global = new GlobalBlock<T>(spec, Parameters.Layout(spec.Global.Features, schema), Parameters.Layout(spec.Global.ItemFeatures, schema), algebra, parameter);
    }

    public ModelSpec Spec { get; }

    public ITensorAlgebra<T> Algebra { get; }

    public Loss<T> Loss { get; }

    /// <summary>The identity matrix [size, size].</summary>
    public T Identity(int size) => identities.TryGetValue(size, out var known) ? known : identities[size] = MakeIdentity(size);

    /// <summary>By task definition.</summary>
    public IReadOnlyDictionary<string, MetaBlock<T>> MetaBlocks { get; }

    public GlobalBlock<T> Global { get; }

    /// <summary>θ: every dense layer of both blocks. <paramref name="gram"/> tells in which form a layer of these inputs and outputs is adapted.</summary>
    public LayerSet<T> Layers(Func<long, long, bool> gram)
    {
        var layers = new Dictionary<string, LinearLayer<T>>();
        foreach (var weight in declarations.Where(declaration => declaration.Kind is ParameterKind.Weight))
        {
            var name = weight.Name[..^".weight".Length];
            var hasBias = declarations.Any(declaration => declaration.Name == $"{name}.bias");
            layers[name] = new SharedLinear<T>(Algebra, parameter(weight.Name), hasBias ? parameter($"{name}.bias") : null, gram(weight.Shape[0], weight.Shape[1]));
        }

        return new LayerSet<T>(layers);
    }

    /// <summary>
    /// The meta embedding of each task from its most recent sample (Algorithm 2b, line 7): <paramref name="latest"/>
    /// [tasks, width] → [tasks, embedding]. <paramref name="layers"/> are the block's, bound to these tasks, adapted or not;
    /// <paramref name="sequence"/> is the support that it comes after, null for none.
    /// </summary>
    public T Embed(MetaBlock<T> block, LayerSet<T> layers, IReadOnlyDictionary<string, T> latest, TaskSequence<T>? sequence = null)
    {
        var encoded = block.Encode(latest); // [tasks, width]
        var embedding = block.Forward(layers, encoded is null ? null : Algebra.Unsqueeze(encoded, 1), sequence); // [tasks, 1, embedding]
        return Algebra.Sum(embedding, 1, keepAxis: false);
    }

    /// <summary>
    /// Support samples as the blocks encode them: the global block's rows, and what of its tasks' supports the meta block reads
    /// before any step.
    /// </summary>
    public SupportSet<T> Encode(MetaBlock<T> block, SupportSamples<T> samples)
    {
        var bag = block.Bag(samples.Features, samples.Weights);
        var sequence = block.Sequence(samples);
        var rows = Global.Encode(supportCategories[block.Spec.Task] > globalCategories ? WithoutFurther(samples.Features) : samples.Features);
        return new SupportSet<T>(samples.Meta, samples.Latest, rows, samples.Labels, samples.Weights, samples.Others, bag, sequence);
    }

    /// <summary>The learned settings of an inner loop.</summary>
    public StepSettings<T> Settings(InnerLoopSpec loop) => new(Algebra, loop, parameter);

    private T MakeIdentity(int size) => Algebra.Constant([.. Enumerable.Range(0, size * size).Select(place => place % (size + 1) == 0 ? 1f : 0f)], size, size);

    /// <summary>The features of the global block alone: those that only the meta block reads are the last categories.</summary>
    private Dictionary<string, T> WithoutFurther(IReadOnlyDictionary<string, T> inputs)
    {
        var own = new Dictionary<string, T>(inputs);
        own.Remove(FeatureLayout.CategoricalInput, out var categories);
        if (globalCategories > 0)
        {
            own[FeatureLayout.CategoricalInput] = Algebra.Slice(categories!, 0, globalCategories);
        }

        return own;
    }

    private HistoryBag<T>? HistoryBag(MetaBlockSpec block, DatasetSchema schema) => block.History.Count == 0
        ? null
        : new HistoryBag<T>(
            Algebra,
            new FeatureEncoder<T>(
                Algebra,
                Parameters.Layout(block.History, schema),
                Parameters.Layout(Spec.SupportFeatures(block), schema),
                feature => parameter($"{Parameters.HistoryPrefix(block.Task)}.{feature}")));

    private SequenceTokens<T> SequenceTokens(MetaBlockSpec block, DatasetSchema schema)
    {
        var layout = Parameters.Layout(block.TransformerOrDefault.Sequence, schema);
        var encoder = new FeatureEncoder<T>(
            Algebra, layout, Parameters.Layout(Spec.SupportFeatures(block), schema), feature => parameter($"{Parameters.SequencePrefix(block.Task)}.encoder.{feature}"));
        return new SequenceTokens<T>(Algebra, encoder) { FeatureWidth = layout.EncodedWidth(block.FeatureEmbeddingSize) };
    }

    private MetaBlock<T> Create(MetaBlockSpec block, DatasetSchema schema) => block.Kind switch
    {
        MetaBlockKind.IdEmbedding => new IdMetaBlock<T>(block, HistoryBag(block, schema), Algebra, parameter),
        MetaBlockKind.Transformer => new TransformerMetaBlock<T>(
            block, HistoryBag(block, schema), Parameters.Layout(block.Features, schema), SequenceTokens(block, schema), Algebra, parameter),
        _ => new MlpMetaBlock<T>(block, HistoryBag(block, schema), Parameters.Layout(block.Features, schema), Algebra, parameter),
    };
}
