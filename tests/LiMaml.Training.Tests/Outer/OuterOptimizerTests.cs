using LiMaml.Training.Outer;
using LiMaml.Training.Tests.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Outer;

public sealed class OuterOptimizerTests
{
    private const double LearningRate = 0.05;
    private const double WeightDecay = 0.1;

    [Theory]
    [InlineData(OuterOptimizerKind.AdamW)]
    [InlineData(OuterOptimizerKind.Adam)]
    [InlineData(OuterOptimizerKind.Sgd)]
    public void Step_SeveralTimes_MovesParametersAsTorchSharpDoes(OuterOptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        using var ours = new SampleNetwork(SampleNetwork.DefaultSpec);
        using var theirs = new SampleNetwork(SampleNetwork.DefaultSpec);
        var options = new TrainingOptions { Optimizer = kind, LearningRate = LearningRate, WeightDecay = WeightDecay, WarmupSteps = 0, ClipNorm = 0.5 };
        using var optimizer = new OuterOptimizer(ours.Parameters, options, 10);
        var names = ours.Parameters.Declarations.ToLookup(declaration => declaration.Kind is Models.Network.ParameterKind.Weight, declaration => declaration.Name);
        using var reference = Reference(kind, [.. names[true].Select(name => theirs.Parameters[name])], [.. names[false].Select(name => theirs.Parameters[name])]);
        for (var step = 0; step < 6; step++)
        {
            Differentiate(ours, step);
            Differentiate(theirs, step);

            var norm = optimizer.Step(step);
            Assert.Equal(nn.utils.clip_grad_norm_([.. names[true].Concat(names[false]).Select(name => theirs.Parameters[name])], options.ClipNorm), norm, 1e-9);
            reference.step();
            reference.zero_grad();
        }

        Assert.All(names[true].Concat(names[false]), name => Assert.True(allclose(theirs.Parameters[name], ours.Parameters[name], rtol: 1e-9, atol: 1e-9), name));
    }

    [Theory]
    [InlineData(null, 0.05)]
    [InlineData(32, 0.2)]
    [InlineData(256, 0.025)]
    public void LearningRate_WithBaseTasksPerBatch_IsScaledInProportion(int? baseTasks, double expected)
    {
        using var network = new SampleNetwork(SampleNetwork.DefaultSpec);
        var options = new TrainingOptions { LearningRate = LearningRate, TasksPerBatch = 128, BaseTasksPerBatch = baseTasks, WarmupSteps = 4, Decay = LearningRateDecay.Linear };
        using var optimizer = new OuterOptimizer(network.Parameters, options, 100);

        Assert.Equal(expected * 0.25, optimizer.LearningRate(0), 1e-12);
        Assert.Equal(expected * 0.5, optimizer.LearningRate(50), 1e-12);
    }

    /// <summary>Gradients that are a function of the parameters and of the step.</summary>
    private static void Differentiate(SampleNetwork network, int step)
    {
        var loss = tensor(0.0);
        foreach (var declaration in network.Parameters.Declarations)
        {
            var parameter = network.Parameters[declaration.Name];
            loss = loss + parameter.mul(parameter).mul(0.5 + step).sum() + parameter.sin().sum();
        }

        loss.backward();
    }

    private static OptimizerHelper Reference(OuterOptimizerKind kind, Parameter[] weights, Parameter[] others) => kind switch
    {
        OuterOptimizerKind.Sgd => optim.SGD(
            [
                new SGD.ParamGroup(weights, new SGD.Options { LearningRate = LearningRate, momentum = 0.9, weight_decay = WeightDecay }),
                new SGD.ParamGroup(others, new SGD.Options { LearningRate = LearningRate, momentum = 0.9 }),
            ],
            LearningRate,
            0.9),
        OuterOptimizerKind.Adam => optim.Adam(
            [
                new Adam.ParamGroup(weights, new Adam.Options { LearningRate = LearningRate, weight_decay = WeightDecay }),
                new Adam.ParamGroup(others, new Adam.Options { LearningRate = LearningRate }),
            ],
            LearningRate),
        _ => optim.AdamW(
            [
                new AdamW.ParamGroup(weights, new AdamW.Options { LearningRate = LearningRate, weight_decay = WeightDecay }),
                new AdamW.ParamGroup(others, new AdamW.Options { LearningRate = LearningRate, weight_decay = 0 }),
            ],
            LearningRate),
    };
}
