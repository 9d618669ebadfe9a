using System.Text.Json.Serialization;
using LiMaml.Models.Schemas;

namespace LiMaml.Models.Specs;

/// <summary>A model as data: everything but its weights. Training builds its tensors and Export its graphs from this alone.</summary>
public sealed record ModelSpec
{
    /// <summary>The version this code writes.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Version of the written form.</summary>
    public int FormatVersion { get; init; } = CurrentFormatVersion;

    /// <summary>How the weights were obtained.</summary>
    public TrainingAlgorithm Algorithm { get; init; } = TrainingAlgorithm.LiMaml;

    /// <summary>Decides the loss.</summary>
    public LabelKind Label { get; init; } = LabelKind.Binary;

    /// <summary>One for each task definition that the model personalises for; at least one.</summary>
    public required IReadOnlyList<MetaBlockSpec> MetaBlocks { get; init; }

    /// <summary>The block shared by all tasks.</summary>
    public required GlobalBlockSpec Global { get; init; }

    /// <summary>The inner loop of training (Algorithm 2a, lines 4–10).</summary>
    public InnerLoopSpec InnerLoop { get; init; } = new();

    /// <summary>The fine-tuning that generates meta embeddings (Algorithm 2b), chosen on development data after training.</summary>
    public InnerLoopSpec FineTuning { get; init; } = new();

    /// <summary>
    /// Of several task definitions: rounds of the fine-tuning, at least 1. In each round the definitions adapt one after the
    /// other, from the last of <see cref="MetaBlocks"/> to the first, to the newest meta embeddings of the others. Null for the
    /// two of <see cref="DefaultRounds"/>, and where there is one definition.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rounds { get; init; }

    /// <summary>Rounds where nothing else is said.</summary>
    public const int DefaultRounds = 2;

    /// <summary>The meta block of a task definition.</summary>
    /// <exception cref="InvalidInputException">The model has none.</exception>
    public MetaBlockSpec MetaBlock(string task) => MetaBlocks.FirstOrDefault(block => block.Task == task)
        ?? throw new InvalidInputException("task definition", $"'{task}'", $"one that the model personalises for: {string.Join(", ", MetaBlocks.Select(block => block.Task))}");

    /// <summary>
    /// Names of the features of a support sample: those of the global block, then what else the history bag and the sequence of
    /// <paramref name="block"/> read.
    /// </summary>
    public IReadOnlyList<string> SupportFeatures(MetaBlockSpec block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return [.. Global.Features.Union(block.History).Union(block.Kind is MetaBlockKind.Transformer ? block.TransformerOrDefault.Sequence : [])];
    }
}

/// <summary>A dense layer: x·W + b, then the activation, then dropout while training.</summary>
/// <param name="Size">Outputs, at least 1.</param>
/// <param name="Activation">Applied to the outputs.</param>
/// <param name="Dropout">Probability in [0, 1) of zeroing an output while training.</param>
public sealed record LayerSpec(int Size, Activation Activation = Activation.Relu, double Dropout = 0);

/// <summary>Elementwise non-linearities.</summary>
public enum Activation
{
    /// <summary>None.</summary>
    Identity,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>tanh(x).</summary>
    Tanh,
}

/// <summary>What a meta block is made of.</summary>
public enum MetaBlockKind
{
    /// <summary>Features through dense layers; the inner loop moves the layers' weights, per task.</summary>
    Mlp,

    /// <summary>A learned row for each task (Table 4); the inner loop moves the row. New tasks start from the row 'unknown'.</summary>
    IdEmbedding,

    /// <summary>
    /// A causal transformer over the task's support; the inner loop moves the layers that <see cref="TransformerSpec.Adapts"/> names.
    /// </summary>
    Transformer,
}

/// <summary>A meta block (paper §4.3.1): meta features in, meta embedding out.</summary>
public sealed record MetaBlockSpec
{
    /// <summary>The task definition it serves.</summary>
    public required string Task { get; init; }

    /// <summary>What it is made of.</summary>
    public MetaBlockKind Kind { get; init; } = MetaBlockKind.Mlp;

    /// <summary>Names of the meta features. For <see cref="MetaBlockKind.IdEmbedding"/> exactly one, categorical, constant within a task.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>Width of the learned vector of each categorical and multi-valued feature.</summary>
    public int FeatureEmbeddingSize { get; init; } = 8;

    /// <summary>Hidden layers, before the linear layer that outputs the meta embedding. For <see cref="MetaBlockKind.Mlp"/>; ignored by the others.</summary>
    public IReadOnlyList<LayerSpec> Layers { get; init; } = [new(64), new(64)];

    /// <summary>Width of the meta embedding, at least 1.</summary>
    public int EmbeddingSize { get; init; } = 16;

    /// <summary>
    /// Names of categorical and multi-valued features, such as the item, whose learned vectors make the
    /// task's history bag: h = Σ w v ÷ √(Σ w + 5) over the support, labels unused. It is added to the meta embedding. Empty for none.
    /// </summary>
    public IReadOnlyList<string> History { get; init; } = [];

    /// <summary>The layers of a <see cref="MetaBlockKind.Transformer"/>; null for the defaults, and for the other kinds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TransformerSpec? Transformer { get; init; }

    /// <summary>The layers of a <see cref="MetaBlockKind.Transformer"/>, defaults filled in.</summary>
    [JsonIgnore]
    public TransformerSpec TransformerOrDefault => Transformer ?? new TransformerSpec();

    /// <summary>Whether a task's meta embedding depends on its support before any step: by a history bag or as a sequence.</summary>
    [JsonIgnore]
    public bool ReadsSupport => History.Count > 0 || Kind is MetaBlockKind.Transformer;

    /// <summary>In place of <see cref="InnerLoopSpec.SupportCapacity"/> for this definition's tasks; null for that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SupportCapacity { get; init; }

    /// <summary>In place of <see cref="InnerLoopSpec.HalfLife"/> for this definition's tasks; null for that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? HalfLife { get; init; }
}

/// <summary>Which weights the inner loop moves.</summary>
public enum AdaptedWeights
{
    /// <summary>The dense layers of the meta block, or its ID row (LiMAML).</summary>
    MetaBlock,

    /// <summary>Every dense layer of both blocks (entire-network fine-tuning; cannot be served as a meta embedding).</summary>
    Network,

    /// <summary>The meta embedding itself: one vector a task, added to what the meta block makes of its features.</summary>
    Embedding,
}

/// <summary>How a task's support losses are put together.</summary>
public enum LossReduction
{
    /// <summary>Weighted sum over the task's samples, as printed: more evidence moves a task further.</summary>
    Sum,

    /// <summary>Weighted mean over the task's samples.</summary>
    Mean,
}

/// <summary>How long a task's steps are.</summary>
public enum StepRule
{
    /// <summary>α for every task, as printed.</summary>
    Constant,

    /// <summary>
    /// α ÷ (1 + α L), where L bounds the curvature of the task's support loss at θ: about α for a task with few samples, never
    /// longer than 1 ÷ L, so that tasks with many samples don't overshoot and several steps pay.
    /// </summary>
    CurvatureBound,

    /// <summary>
    /// For <see cref="AdaptedWeights.Embedding"/>: each number of the embedding steps by α ÷ h, h a bound of the loss's second
    /// derivative in its direction; α of ½ is a start, and 8 to 20 steps.
    /// </summary>
    Diagonal,

    /// <summary>
    /// For <see cref="AdaptedWeights.Embedding"/>: α times the step to the minimum of the loss's second-order expansion; α of 1,
    /// and 1 to 3 steps (2 or more to learn strengths). The outer loop follows the last step alone, with the curvature held: the implicit gradient.
    /// </summary>
    Newton,
}

/// <summary>In which form the adapted weights are kept; all give the same numbers.</summary>
public enum AdaptedForm
{
    /// <summary>Whichever needs fewer operations for the support capacity and layer at hand.</summary>
    Auto,

    /// <summary>As products of samples with samples: x·Wᵢ = x·W − α Σⱼ (x·xⱼᵀ) δⱼ; per-task weights never exist.</summary>
    Gram,

    /// <summary>As one weight matrix for each task.</summary>
    Weights,
}

/// <summary>The inner loop: gradient steps on a task's support set.</summary>
public sealed record InnerLoopSpec
{
    /// <summary>n of Algorithm 2a or k of Algorithm 2b; 0 leaves the block as it is.</summary>
    public int Steps { get; init; } = 3;

    /// <summary>α, the task learning rate; above 0. By the constant rule 0.03 to 0.05 is a start.</summary>
    public double StepSize { get; init; } = 0.3;

    /// <summary>What the step size means.</summary>
    public StepRule StepRule { get; init; } = StepRule.CurvatureBound;

    /// <summary>What moves.</summary>
    public AdaptedWeights Adapts { get; init; } = AdaptedWeights.MetaBlock;

    /// <summary>Sum or mean over the support set.</summary>
    public LossReduction Reduction { get; init; } = LossReduction.Sum;

    /// <summary>λ of ½ λ |e|² added to every support sample's loss, e its meta embedding; 0 or more.</summary>
    public double MetaEmbeddingL2 { get; init; } = 0.02;

    /// <summary>μ of ½ μ |θᵢ − θ|² added to the task's loss: L2 towards the starting point; 0 or more, α·μ at most 1.</summary>
    public double Proximal { get; init; }

    /// <summary>
    /// True to learn μ in the outer loop, starting from <see cref="Proximal"/>: exp(a) + exp(b) · n, n the sum of the task's
    /// sample weights, for each layer that moves or, of <see cref="AdaptedWeights.Embedding"/>, each number of the embedding.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LearnedProximal { get; init; }

    /// <summary>True to learn α in the outer loop, starting from <see cref="StepSize"/>, for each number that moves (Meta-SGD); by the constant rule.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LearnedStepSizes { get; init; }

    /// <summary>Most recent samples of a task used as support; at least 1.</summary>
    public int SupportCapacity { get; init; } = 128;

    /// <summary>Samples after which a support sample counts half: its weight is multiplied by ½ ^ (newer samples ÷ this). Null for no decay.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? HalfLife { get; init; }

    /// <summary>False ignores how θ_meta entered the support gradients (first-order MAML). Training only.</summary>
    public bool SecondOrder { get; init; } = true;

    /// <summary>True also follows θ_global through the support gradients ('total'), false does not ('direct'). Training only.</summary>
    public bool TotalGlobalGradient { get; init; }

    /// <summary>How adapted weights are kept.</summary>
    public AdaptedForm Form { get; init; } = AdaptedForm.Auto;

    /// <summary>The same for the entire network, whose loss is not convex: rules that need that, and what is learned for other weights, give way to the defaults.</summary>
    public InnerLoopSpec OfNetwork()
    {
        var loop = this with { Adapts = AdaptedWeights.Network, LearnedProximal = false, LearnedStepSizes = false };
        var defaults = new InnerLoopSpec();
        return StepRule is StepRule.Newton or StepRule.Diagonal
            ? loop with { StepRule = defaults.StepRule, StepSize = defaults.StepSize, Steps = defaults.Steps, Proximal = 0 }
            : loop;
    }

    /// <summary>The same for the tasks of one definition, which may have a capacity and a half-life of its own.</summary>
    public InnerLoopSpec For(MetaBlockSpec block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return this with { SupportCapacity = block.SupportCapacity ?? SupportCapacity, HalfLife = block.HalfLife ?? HalfLife };
    }

    /// <summary>What the weight of a support sample is multiplied by, <paramref name="newer"/> the number of newer ones in the support: above 0, at most 1.</summary>
    public float Decay(int newer) => HalfLife is { } halfLife ? (float)Math.Pow(0.5, newer / halfLife) : 1;
}
