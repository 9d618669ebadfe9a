using System.Text.Json.Serialization;
using LiMaml.Models;
using LiMaml.Training.Data;

namespace LiMaml.Training.Outer;

/// <summary>The optimizer of the outer loop; the same for every algorithm (paper §6.2.1).</summary>
public enum OuterOptimizerKind
{
    /// <summary>Adam; weight decay is added to the gradient.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay.</summary>
    AdamW,

    /// <summary>Gradient descent with momentum 0.9; weight decay is added to the gradient.</summary>
    Sgd,
}

/// <summary>How the global learning rate β falls after warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>In a straight line to 0 at the last step.</summary>
    Linear,

    /// <summary>Along half a cosine to 0 at the last step.</summary>
    Cosine,
}

/// <summary>Everything about a training run that is not the model.</summary>
public sealed record TrainingOptions
{
    /// <summary>Seeds initial values, the order of tasks, cuts and dropout. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Passes over the training tasks, at least 1. Default 20; early stopping usually ends sooner.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Epochs without a better validation AUC (after fine-tuning) before stopping, at least 1. Default 4.</summary>
    public int Patience { get; init; } = 4;

    /// <summary>Episodes in an outer step, at least 1. Default 128 (paper §6.4).</summary>
    public int TasksPerBatch { get; init; } = 128;

    /// <summary>How training rows become support and query sets.</summary>
    public EpisodeKind Episodes { get; init; } = EpisodeKind.Rolling;

    /// <summary>Most query rows of a rolling episode, at least 1. Default 32.</summary>
    public int QueryCapacity { get; init; } = 32;

    /// <summary>The outer optimizer. Default AdamW.</summary>
    public OuterOptimizerKind Optimizer { get; init; } = OuterOptimizerKind.AdamW;

    /// <summary>β, the global learning rate, above 0. Default 0.002.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>
    /// Tasks a batch that <see cref="LearningRate"/> was found for, at least 1: with more or fewer tasks it is scaled in
    /// proportion (paper §6.4). Default none: the learning rate holds for every batch size.
    /// </summary>
    public int? BaseTasksPerBatch { get; init; }

    /// <summary>Outer steps over which β rises from 0, 0 or more. Default 50.</summary>
    public int WarmupSteps { get; init; } = 50;

    /// <summary>How β falls afterwards. Default none.</summary>
    public LearningRateDecay Decay { get; init; } = LearningRateDecay.None;

    /// <summary>Largest norm of the outer gradient, above 0. Default 1 (paper §6.4).</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Weight decay of dense layers' weights, 0 or more. Default 0.05.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>
    /// Weight decay of tables of learned vectors, 0 or more. Unlike <see cref="EmbeddingL2"/> it pulls at every vector in every step,
    /// so that it weighs most on rare categories. Default 0.
    /// </summary>
    public double TableDecay { get; init; }

    /// <summary>λ of λ |v|² for the learned vectors of a row's categories, 0 or more. Default 0.03.</summary>
    public double EmbeddingL2 { get; init; } = 0.03;

    /// <summary>λ of ½ λ |e|² for the adapted meta embedding in the outer loop, 0 or more. Default 0.02.</summary>
    public double MetaEmbeddingL2 { get; init; } = 0.02;

    /// <summary>Most tasks scored for early stopping, the first by a seeded draw; at least 1. Default 20,000.</summary>
    public int ValidationTasks { get; init; } = 20_000;

    /// <summary>Outer steps between saved states for <c>--resume</c>, besides the end of each epoch; at least 1. Default 1000.</summary>
    public int StateSteps { get; init; } = 1000;

    /// <summary>
    /// <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>, or several separated by commas: a replica on each, which take a share of every
    /// batch and exchange gradients in the outer step only (paper §6.4). Default cpu.
    /// </summary>
    public string Device { get; init; } = "cpu";

    /// <summary>β for the batches at hand, by linear scaling where it is asked for.</summary>
    [JsonIgnore]
    public double ScaledLearningRate => LearningRate * TasksPerBatch / (BaseTasksPerBatch ?? TasksPerBatch);

    /// <summary>Checks every option.</summary>
    /// <exception cref="InvalidInputException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        AtLeast(1, Epochs, nameof(Epochs));
        AtLeast(1, Patience, nameof(Patience));
        AtLeast(1, TasksPerBatch, nameof(TasksPerBatch));
        AtLeast(1, BaseTasksPerBatch ?? 1, nameof(BaseTasksPerBatch));
        AtLeast(1, QueryCapacity, nameof(QueryCapacity));
        AtLeast(1, ValidationTasks, nameof(ValidationTasks));
        AtLeast(1, StateSteps, nameof(StateSteps));
        AtLeast(0, WarmupSteps, nameof(WarmupSteps));
        Above(0, LearningRate, nameof(LearningRate));
        Above(0, ClipNorm, nameof(ClipNorm));
        AtLeast(0, WeightDecay, nameof(WeightDecay));
        AtLeast(0, TableDecay, nameof(TableDecay));
        AtLeast(0, EmbeddingL2, nameof(EmbeddingL2));
        AtLeast(0, MetaEmbeddingL2, nameof(MetaEmbeddingL2));
    }

    private static void AtLeast(double least, double value, string option)
    {
        if (!(value >= least && double.IsFinite(value)))
        {
            throw new InvalidInputException($"training option '{option}'", $"{value}", $"a number of at least {least}");
        }
    }

    private static void Above(double bound, double value, string option)
    {
        if (!(value > bound && double.IsFinite(value)))
        {
            throw new InvalidInputException($"training option '{option}'", $"{value}", $"a number above {bound}");
        }
    }
}
