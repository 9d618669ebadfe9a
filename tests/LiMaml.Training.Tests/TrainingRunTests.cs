using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Outer;
using LiMaml.Training.Runs;

namespace LiMaml.Training.Tests;

[Collection(OneRunAtATime.Name)]
public sealed class TrainingRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(OuterOptimizerKind.AdamW)]
    [InlineData(OuterOptimizerKind.Adam)]
    [InlineData(OuterOptimizerKind.Sgd)]
    public async Task ResumeAsync_AfterInterruption_GivesTheSameWeightsAndMetrics(OuterOptimizerKind optimizer)
    {
        using var toy = await ToyDataset.WriteAsync();
        var configuration = Configuration() with { Training = Configuration().Training with { Optimizer = optimizer, Decay = LearningRateDecay.Cosine } };
        var whole = await TrainingRun.StartAsync(toy.Folder, configuration, toy.PathOf("whole"), cancellation: Cancellation);

        using var interruption = new CancellationTokenSource();
        var interrupted = await TrainingRun.StartAsync(toy.Folder, configuration, toy.PathOf("parts"), progress: new Interrupter(interruption, afterEpoch: 2), cancellation: interruption.Token);
        var resumed = await TrainingRun.ResumeAsync(toy.PathOf("parts"), cancellation: Cancellation);

        Assert.True(interrupted.Interrupted);
        Assert.False(resumed.Interrupted);
        Assert.Equal(whole.BestValidationAuc, resumed.BestValidationAuc);
        AssertEqualWeights(whole, resumed);
        Assert.Equal(Curve(toy.PathOf("whole")), Curve(toy.PathOf("parts")));
    }

    [Fact]
    public async Task ResumeAsync_WhileAnotherTrains_IsRefused()
    {
        using var toy = await ToyDataset.WriteAsync();
        using var interruption = new CancellationTokenSource();
        await TrainingRun.StartAsync(toy.Folder, Configuration(), toy.PathOf("run"), progress: new Interrupter(interruption, afterEpoch: 1), cancellation: interruption.Token);
        using (RunFolder.Open(toy.PathOf("run")).Hold())
        {
            var fault = await Assert.ThrowsAsync<InvalidInputException>(() => TrainingRun.ResumeAsync(toy.PathOf("run"), cancellation: Cancellation));
            Assert.Contains("another process that trains it", fault.Message, StringComparison.Ordinal);
        }

        Assert.False((await TrainingRun.ResumeAsync(toy.PathOf("run"), cancellation: Cancellation)).Interrupted);
    }

    [Fact]
    public async Task StartAsync_SameSeed_GivesTheSameWeights()
    {
        using var toy = await ToyDataset.WriteAsync();
        var first = await TrainingRun.StartAsync(toy.Folder, Configuration(), toy.PathOf("a"), cancellation: Cancellation);
        var second = await TrainingRun.StartAsync(toy.Folder, Configuration(), toy.PathOf("b"), cancellation: Cancellation);
        AssertEqualWeights(first, second);
    }

    [Fact]
    public async Task StartAsync_OtherSeed_GivesOtherWeights()
    {
        using var toy = await ToyDataset.WriteAsync();
        var first = await TrainingRun.StartAsync(toy.Folder, Configuration(), toy.PathOf("a"), cancellation: Cancellation);
        var other = Configuration() with { Training = Configuration().Training with { Seed = 2 } };
        var second = await TrainingRun.StartAsync(toy.Folder, other, toy.PathOf("b"), cancellation: Cancellation);
        Assert.NotEqual(Weights(first)["global.layers.0.weight"], Weights(second)["global.layers.0.weight"]);
    }

    [Theory]
    [InlineData(EpisodeKind.Rolling)]
    [InlineData(EpisodeKind.FixedCut)]
    public async Task RunAsync_TastesThatOnlyHistoryTells_AreLearntByFineTuningAlone(EpisodeKind episodes)
    {
        using var toy = await ToyDataset.WriteAsync();
        var configuration = Configuration() with { Training = Configuration().Training with { Episodes = episodes, Epochs = 30, Patience = 30 } };
        var outcome = await TrainingRun.StartAsync(toy.Folder, configuration, toy.PathOf("run"), cancellation: Cancellation);
        var report = await ModelEvaluation.RunAsync(
            new EvaluationOptions { Dataset = toy.Folder, Models = [new EvaluatedModel("limaml", [outcome.CheckpointFolder])] },
            cancellation: Cancellation);

        var plain = report.Find("limaml", ScoringMode.NoFineTuning)!.Auc!.Mean;
        var adapted = report.Find("limaml", ScoringMode.FineTuned)!.Auc!.Mean;
        var stored = report.Find("limaml", ScoringMode.FineTunedStored)!.Auc!.Mean;
        Assert.InRange(plain, 0.4, 0.6); // nothing but history tells members apart
        Assert.InRange(adapted, 0.8, 0.95); // labels are noisy: .9 at best
        Assert.Equal(adapted, stored, 6); // tenure is the same in all of a member's rows
    }

    [Fact]
    public async Task StartAsync_IdEmbeddingMetaBlock_Adapts()
    {
        using var toy = await ToyDataset.WriteAsync();
        var configuration = Configuration() with
        {
            MetaBlock = new MetaBlockSpec { Task = "member", Kind = MetaBlockKind.IdEmbedding, Features = ["member_id"], EmbeddingSize = 4 },
            Training = Configuration().Training with { Epochs = 20, Patience = 20 },
        };
        var outcome = await TrainingRun.StartAsync(toy.Folder, configuration, toy.PathOf("run"), cancellation: Cancellation);
        Assert.InRange(outcome.BestValidationAuc, 0.75, 0.95);
    }

    [Theory]
    [InlineData(AdaptedLayers.ReadOut, TrainingAlgorithm.Vanilla)]
    [InlineData(AdaptedLayers.ReadOut, TrainingAlgorithm.LiMaml)]
    [InlineData(AdaptedLayers.All, TrainingAlgorithm.LiMaml)]
    public async Task RunAsync_OfATransformer_LearnsTheTastesInEveryMode(AdaptedLayers adapts, TrainingAlgorithm algorithm)
    {
        using var toy = await ToyDataset.WriteAsync();
        var outcome = await TrainingRun.StartAsync(toy.Folder, Transformer(adapts) with { Algorithm = algorithm }, toy.PathOf("run"), cancellation: Cancellation);
        var report = await ModelEvaluation.RunAsync(
            new EvaluationOptions
            {
                Dataset = toy.Folder,
                Models = [new EvaluatedModel("transformer", [outcome.CheckpointFolder])],
                FewShot = [0, 6],
                Aggregations = [EmbeddingAggregation.Mean],
                Cadences = [new RefreshCadence("4 seconds", TimeSpan.FromSeconds(4))],
                BootstrapDraws = 0,
            },
            cancellation: Cancellation);

        double Auc(ScoringMode mode, string? variant = null) => report.Find("transformer", mode, variant: variant)!.Auc!.Mean;
        Assert.InRange(Auc(ScoringMode.NoFineTuning), algorithm is TrainingAlgorithm.Vanilla ? 0.75 : 0.55, 0.95); // without any step: labels are in the sequence
        Assert.InRange(Auc(ScoringMode.FineTunedStored), 0.75, 0.95);
        Assert.Equal(Auc(ScoringMode.FineTuned), Auc(ScoringMode.FineTunedStored), 6); // a query row knows what the latest sample's vector knows
        Assert.InRange(Auc(ScoringMode.FewShot, "0"), 0.35, 0.65);
        Assert.InRange(Auc(ScoringMode.FewShot, "6"), 0.7, 0.95);
        Assert.All(report.Rows.Where(row => row.Mode is ScoringMode.Replayed), row => Assert.InRange(row.Auc!.Mean, 0.75, 0.95));
    }

    [Fact]
    public async Task ResumeAsync_OfATransformer_GivesTheSameWeights()
    {
        using var toy = await ToyDataset.WriteAsync();
        var configuration = Transformer(AdaptedLayers.LastLayer) with { Training = Configuration().Training with { Epochs = 3 } };
        var whole = await TrainingRun.StartAsync(toy.Folder, configuration, toy.PathOf("whole"), cancellation: Cancellation);
        using var interruption = new CancellationTokenSource();
        await TrainingRun.StartAsync(toy.Folder, configuration, toy.PathOf("parts"), progress: new Interrupter(interruption, afterEpoch: 1), cancellation: interruption.Token);

        AssertEqualWeights(whole, await TrainingRun.ResumeAsync(toy.PathOf("parts"), cancellation: Cancellation));
    }

    [Theory]
    [InlineData(TrainingAlgorithm.WideAndDeep)] // a learned row for each member
    [InlineData(TrainingAlgorithm.Maml)]
    public async Task StartAsync_OtherAlgorithms_LearnTheTastes(TrainingAlgorithm algorithm)
    {
        using var toy = await ToyDataset.WriteAsync();
        var configuration = Configuration() with
        {
            Algorithm = algorithm,
            MetaBlock = algorithm is TrainingAlgorithm.WideAndDeep ? null : Configuration().MetaBlock,
            Training = Configuration().Training with { Epochs = algorithm is TrainingAlgorithm.Maml ? 8 : 20, Patience = 20 },
        };
        var outcome = await TrainingRun.StartAsync(toy.Folder, configuration, toy.PathOf("run"), cancellation: Cancellation);
        Assert.InRange(outcome.BestValidationAuc, 0.75, 0.95);
        Assert.Equal(algorithm, Checkpoint.Read(outcome.CheckpointFolder).Model.Algorithm);
    }

    [Fact]
    public async Task StartAsync_NoValidationRows_SaysSo()
    {
        using var toy = await ToyDataset.WriteAsync(withValidation: false);
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => TrainingRun.StartAsync(toy.Folder, Configuration(), toy.PathOf("run"), cancellation: Cancellation));
        Assert.Contains("no Validation rows", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(toy.PathOf("run")));
    }

    [Fact]
    public async Task RunAsync_NoTestRows_SaysSo()
    {
        using var toy = await ToyDataset.WriteAsync(withTest: false);
        var outcome = await TrainingRun.StartAsync(toy.Folder, Configuration(), toy.PathOf("run"), cancellation: Cancellation);
        var options = new EvaluationOptions { Dataset = toy.Folder, Models = [new EvaluatedModel("limaml", [outcome.CheckpointFolder])] };
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => ModelEvaluation.RunAsync(options, cancellation: Cancellation));
        Assert.Contains("no test rows", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_UnknownDevice_NamesTheChoices()
    {
        using var toy = await ToyDataset.WriteAsync();
        var configuration = Configuration() with { Training = Configuration().Training with { Device = "gpu" } };
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => TrainingRun.StartAsync(toy.Folder, configuration, toy.PathOf("run"), cancellation: Cancellation));
        Assert.Contains("cpu, cuda or cuda:N", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_LearningRateOfZero_NamesTheOption()
    {
        var fault = Assert.Throws<InvalidInputException>(() => new TrainingOptions { LearningRate = 0 }.Validate());
        Assert.Contains("'LearningRate': found 0, expected a number above 0", fault.Message, StringComparison.Ordinal);
    }

    internal static TrainingConfiguration Configuration() => new()
    {
        MetaBlock = new MetaBlockSpec { Task = "member", Features = ["tenure"], Layers = [new LayerSpec(8, Activation.Relu, 0.1)], EmbeddingSize = 4 },
        Global = new GlobalBlockSpec { Features = ["kind"], Layers = [new LayerSpec(8)], Interaction = Interaction.ConcatenationAndBilinear, ItemFeatures = ["kind"] },
        InnerLoop = new InnerLoopSpec { StepSize = 0.1 },
        Training = new TrainingOptions { Epochs = 5, TasksPerBatch = 16, QueryCapacity = 4, LearningRate = 0.02, WarmupSteps = 5, EmbeddingL2 = 0.001, MetaEmbeddingL2 = 0.001, WeightDecay = 0.001 },
    };

    /// <summary>Reads what a member did in the order in which it came.</summary>
    internal static TrainingConfiguration Transformer(AdaptedLayers adapts) => Configuration() with
    {
        MetaBlock = new MetaBlockSpec
        {
            Task = "member",
            Kind = MetaBlockKind.Transformer,
            Features = ["tenure"],
            EmbeddingSize = 4,
            Transformer = new TransformerSpec { Width = 16, FeedForward = 16, Dropout = 0.1, Sequence = ["kind"], Adapts = adapts },
        },
        InnerLoop = adapts is AdaptedLayers.ReadOut ? Configuration().InnerLoop : new InnerLoopSpec { Steps = 1, StepRule = StepRule.Constant, StepSize = 0.03 },
        Training = Configuration().Training with { Epochs = 12, Patience = 12 },
    };

    private static IReadOnlyDictionary<string, float[]> Weights(TrainingOutcome outcome) =>
        Checkpoint.Read(outcome.CheckpointFolder).Weights.ToDictionary(entry => entry.Key, entry => (float[])entry.Value.Data);

    private static void AssertEqualWeights(TrainingOutcome first, TrainingOutcome second)
    {
        var others = Weights(second);
        foreach (var (name, values) in Weights(first))
        {
            Assert.Equal(values, others[name]);
        }
    }

    /// <summary>Metrics without the seconds.</summary>
    private static IEnumerable<string> Curve(string run) =>
        File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => line[..line.IndexOf("\"seconds\"", StringComparison.Ordinal)]).ToList();

    internal sealed class Interrupter(CancellationTokenSource source, int afterEpoch) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Epoch > afterEpoch || (value.Epoch == afterEpoch && value.ValidationAuc is not null))
            {
                source.Cancel();
            }
        }
    }
}
