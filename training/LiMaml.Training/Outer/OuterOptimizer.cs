using LiMaml.Models.Network;
using LiMaml.Training.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LiMaml.Training.Outer;

/// <summary>The outer loop's optimizer with clipping, warm-up and decay (paper §6.4).</summary>
internal sealed class OuterOptimizer : IDisposable
{
    private const double Momentum = 0.9;
    private readonly TrainingOptions options;
    private readonly long totalSteps;
    private readonly Parameter[] parameters;
    private readonly OptimizerHelper optimizer;

    /// <param name="parameters">What it moves.</param>
    /// <param name="options">Which optimizer, and how fast.</param>
    /// <param name="totalSteps">Outer steps of the whole run, for the decay.</param>
    public OuterOptimizer(ModelParameters parameters, TrainingOptions options, long totalSteps)
    {
        this.options = options;
        this.totalSteps = totalSteps;
        this.parameters = [.. parameters.Declarations.Select(declaration => parameters[declaration.Name])];
        var weights = parameters.Declarations.Where(declaration => declaration.Kind is ParameterKind.Weight).Select(declaration => parameters[declaration.Name]);
        var others = parameters.Declarations.Where(declaration => declaration.Kind is not ParameterKind.Weight).Select(declaration => parameters[declaration.Name]);
        optimizer = Create(weights, others);
    }

    /// <summary>Clips the gradients, moves the parameters and clears the gradients. Steps count from 0.</summary>
    /// <returns>The gradient's norm before clipping.</returns>
    public double Step(long step)
    {
        var norm = nn.utils.clip_grad_norm_(parameters, options.ClipNorm);
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = LearningRate(step);
        }

        optimizer.step();
        optimizer.zero_grad();
        return norm;
    }

    /// <summary>β at <paramref name="step"/>.</summary>
    public double LearningRate(long step)
    {
        var warmup = options.WarmupSteps == 0 ? 1 : Math.Min(1, (step + 1.0) / options.WarmupSteps);
        var progress = Math.Min(1, step / (double)Math.Max(1, totalSteps));
        return options.LearningRate * warmup * options.Decay switch
        {
            LearningRateDecay.Linear => 1 - progress,
            LearningRateDecay.Cosine => (1 + Math.Cos(Math.PI * progress)) / 2,
            _ => 1,
        };
    }

    /// <summary>Moments and step counts, for resuming.</summary>
    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        optimizer.save_state_dict(writer);
    }

    /// <summary>What <see cref="Save"/> wrote.</summary>
    public void Load(Stream stream)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        optimizer.load_state_dict(reader);
    }

    public void Dispose() => optimizer.Dispose();

    private OptimizerHelper Create(IEnumerable<Parameter> weights, IEnumerable<Parameter> others) => options.Optimizer switch
    {
        OuterOptimizerKind.Sgd => optim.SGD(
            [
                new SGD.ParamGroup(weights, new SGD.Options { LearningRate = options.LearningRate, momentum = Momentum, weight_decay = options.WeightDecay }),
                new SGD.ParamGroup(others, new SGD.Options { LearningRate = options.LearningRate, momentum = Momentum }),
            ],
            options.LearningRate,
            Momentum),
        OuterOptimizerKind.Adam => optim.Adam(
            [
                new Adam.ParamGroup(weights, new Adam.Options { LearningRate = options.LearningRate, weight_decay = options.WeightDecay }),
                new Adam.ParamGroup(others, new Adam.Options { LearningRate = options.LearningRate }),
            ],
            options.LearningRate),
        _ => optim.AdamW(
            [
                new AdamW.ParamGroup(weights, new AdamW.Options { LearningRate = options.LearningRate, weight_decay = options.WeightDecay }),
                new AdamW.ParamGroup(others, new AdamW.Options { LearningRate = options.LearningRate, weight_decay = 0 }),
            ],
            options.LearningRate),
    };
}
