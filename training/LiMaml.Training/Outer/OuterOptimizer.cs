using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Outer;

/// <summary>The outer loop's optimizer with clipping, warm-up and decay (paper §6.4).</summary>
internal sealed class OuterOptimizer : IDisposable
{
    private readonly ModelParameters parameters;
    private readonly TrainingOptions options;
    private readonly long totalSteps;
    private readonly Dictionary<string, Moments> moments;

    /// <param name="parameters">What it moves.</param>
    /// <param name="options">Which optimizer, and how fast.</param>
    /// <param name="totalSteps">Outer steps of the whole run, for the decay.</param>
    public OuterOptimizer(ModelParameters parameters, TrainingOptions options, long totalSteps)
    {
        this.parameters = parameters;
        this.options = options;
        this.totalSteps = totalSteps;
        moments = parameters.Declarations.ToDictionary(declaration => declaration.Name, declaration => new Moments(Zeros(parameters[declaration.Name]), Zeros(parameters[declaration.Name])));
        foreach (var declaration in parameters.Declarations)
        {
            // Batches of one task definition have no gradient at the others' parameters: it is zero, in the first step as in any other.
            parameters[declaration.Name].grad ??= Zeros(parameters[declaration.Name]);
        }
    }

    /// <summary>Clips the gradients, moves the parameters and clears the gradients. Steps count from 0.</summary>
    /// <returns>The gradient's norm before clipping.</returns>
    public double Step(long step)
    {
        var norm = nn.utils.clip_grad_norm_([.. parameters.Declarations.Select(declaration => parameters[declaration.Name])], options.ClipNorm);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var rule = Rule(step);
        foreach (var declaration in parameters.Declarations)
        {
            var gradient = parameters[declaration.Name].grad!;
            rule.Move(parameters[declaration.Name], gradient, moments[declaration.Name], DecayOf(declaration.Kind));
            gradient.zero_();
        }

        return norm;
    }

    /// <summary>β at <paramref name="step"/>.</summary>
    public double LearningRate(long step)
    {
        var warmup = options.WarmupSteps == 0 ? 1 : Math.Min(1, (step + 1.0) / options.WarmupSteps);
        var progress = Math.Min(1, step / (double)Math.Max(1, totalSteps));
        return options.ScaledLearningRate * warmup * options.Decay switch
        {
            LearningRateDecay.Linear => 1 - progress,
            LearningRateDecay.Cosine => (1 + Math.Cos(Math.PI * progress)) / 2,
            _ => 1,
        };
    }

    /// <summary>The moments, for resuming.</summary>
    public IReadOnlyDictionary<string, NamedTensor> ToNamedTensors() =>
        Entries().ToDictionary(entry => entry.Name, entry => ModelParameters.ToNamedTensor(entry.Moment, entry.Moment.shape));

    /// <summary>Goes on from what <see cref="ToNamedTensors"/> gave.</summary>
    public void Load(IReadOnlyDictionary<string, NamedTensor> values)
    {
        using var _ = no_grad();
        foreach (var (name, moment) in Entries())
        {
            using var value = tensor((float[])values[name].Data, moment.shape);
            moment.copy_(value);
        }
    }

    public void Dispose()
    {
        foreach (var (_, moment) in Entries())
        {
            moment.Dispose();
        }
    }

    private static Tensor Zeros(Tensor like) => zeros_like(like.detach()).DetachFromDisposeScope();

    private UpdateRule Rule(long step) => options.Optimizer is OuterOptimizerKind.Sgd
        ? new MomentumRule(LearningRate(step))
        : new AdamRule(options.Optimizer is OuterOptimizerKind.AdamW, LearningRate(step), step);

    private double DecayOf(ParameterKind kind) => kind switch
    {
        ParameterKind.Weight or ParameterKind.CountTable => options.WeightDecay,
        ParameterKind.Table => options.TableDecay,
        _ => 0,
    };

    private IEnumerable<(string Name, Tensor Moment)> Entries() =>
        moments.SelectMany(entry => new[] { ($"first.{entry.Key}", entry.Value.First), ($"second.{entry.Key}", entry.Value.Second) });
}
