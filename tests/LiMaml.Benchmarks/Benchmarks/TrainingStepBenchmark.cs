using LiMaml.Models.Network;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Outer;
using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>What the inner loop adds to a training step (paper Table 9).</summary>
internal sealed class TrainingStepBenchmark : TimedBenchmark
{
    private const int Tasks = 128;
    private const int Support = 24;
    private const int Query = 8;
    private readonly List<IDisposable> owned = [];

    internal override string Name => "training-step";

    internal override string Description =>
        $"One outer step (loss, backward, AdamW) of {Tasks} tasks × ({Support} support + {Query} query) samples, direct gradient, second order; "
        + "meta block 64-64-32, global block 192-256-128-64-1. The vanilla step sees the same samples.";

    internal override IReadOnlyList<Variant> Prepare(int threads)
    {
        set_num_threads(threads);
        using var scope = NewDisposeScope();
        var support = Rows(Support);
        var query = Rows(Query);
        var batch = new EpisodeBatch(support, support.Meta.ToDictionary(entry => entry.Key, entry => Keep(entry.Value.select(1, Support - 1))), query, Support, PaperModel.Task);
        var all = new PaddedRows(Joined(support.Meta, query.Meta), Joined(support.Global, query.Global), Joined(support.Labels, query.Labels), Joined(support.Weights, query.Weights));
        return
        [
            Step("vanilla", 1, objective => objective.VanillaLoss(all)),
            .. Enumerable.Range(1, 5).Select(steps => Step($"LiMAML, n = {steps}", steps, objective => objective.Loss(batch))),
            Step("LiMAML, n = 3, curvature bound", 3, objective => objective.Loss(batch), StepRule.CurvatureBound),
        ];
    }

    public override void Dispose()
    {
        owned.ForEach(owner => owner.Dispose());
        base.Dispose();
    }

    private Variant Step(string name, int steps, Func<OuterObjective, Tensor> loss, StepRule rule = StepRule.Constant)
    {
        var spec = PaperModel.Spec(steps, Support, rule);
        var parameters = ModelParameters.Initialise(spec, PaperModel.Schema, 1, CPU);
        var optimizer = new OuterOptimizer(parameters, new TrainingOptions { LearningRate = 1e-4 }, 1000);
        owned.AddRange([parameters, optimizer]);
        var objective = new OuterObjective(new Network<Tensor>(spec, PaperModel.Schema, new TorchAlgebra(CPU), parameter => parameters[parameter]), 0, 0);
        return new Variant(name, () =>
        {
            using var scope = NewDisposeScope();
            loss(objective).backward();
            optimizer.Step(0);
        })
        { Tasks = Tasks };
    }

    private PaddedRows Rows(int length)
    {
        Dictionary<string, Tensor> Dense(int width) => new() { [FeatureLayout.DenseInput] = Keep(randn(Tasks, length, width)) };
        return new PaddedRows(Dense(PaperModel.MetaWidth), Dense(PaperModel.GlobalWidth), Keep(rand(Tasks, length, 1).gt(0.5).to_type(ScalarType.Float32)), Keep(ones(Tasks, length, 1)));
    }

    private Dictionary<string, Tensor> Joined(IReadOnlyDictionary<string, Tensor> support, IReadOnlyDictionary<string, Tensor> query) =>
        support.ToDictionary(entry => entry.Key, entry => Joined(entry.Value, query[entry.Key]));

    /// <summary>Every row a task of its own, as vanilla training takes them.</summary>
    private Tensor Joined(Tensor support, Tensor query) => Keep(cat([support, query], 1).reshape(Tasks * (Support + Query), 1, -1));

    private Tensor Keep(Tensor tensor)
    {
        owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }
}
