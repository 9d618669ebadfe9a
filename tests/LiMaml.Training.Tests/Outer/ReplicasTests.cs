using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Outer;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Outer;

[Collection(OneRunAtATime.Name)]
public sealed class ReplicasTests
{
    [Theory]
    [InlineData(TrainingAlgorithm.LiMaml, 2)]
    [InlineData(TrainingAlgorithm.LiMaml, 3)]
    [InlineData(TrainingAlgorithm.Maml, 3)]
    [InlineData(TrainingAlgorithm.Vanilla, 2)]
    public async Task Backward_OnSeveralReplicas_GivesTheGradientOfOne(TrainingAlgorithm algorithm, int count)
    {
        using var toy = await ToyDataset.WriteAsync();
        var dataset = Dataset.Open(toy.Folder);
        var configuration = WithoutDropout() with { Algorithm = algorithm };
        var model = configuration.Resolve(dataset.Schema);
        using var data = await JointData.LoadAsync(dataset, model, CPU, merges: false, TestContext.Current.CancellationToken);
        (Tensor Loss, Tensor Weight) LossOf(OuterObjective objective, TaskData rows, IReadOnlyList<Episode> episodes)
        {
            var batch = EpisodeBatch.Gather(rows, episodes);
            return (algorithm.HasInnerLoop ? objective.Loss(batch) : objective.VanillaLoss(EpisodeBatch.GatherRows(rows, episodes, wholeTasks: false)), batch.Query.Weights.sum());
        }

        using var one = new Replicas(model, dataset.Schema, configuration.Training, [data], LossOf);
        using var several = new Replicas(model, dataset.Schema, configuration.Training, [.. Enumerable.Repeat(data, count)], LossOf);
        // Runs of 1 to 5 rows from batches of different lengths: shares weigh differently.
        OuterBatch[] batches = [.. new EpisodeSampler(data.Definitions[0], EpisodeKind.Rolling, 8, 5, 3).Epoch(3, 0).Chunk(4).Take(2).Select(chunk => new OuterBatch(0, [.. chunk.SelectMany(episodes => episodes)]))];
        Assert.True(batches[0].Episodes.Select(episode => episode.Query.Length).Distinct().Count() > 1);

        var (loss, shared) = (one.Backward(batches[0]), several.Backward(batches[0]));

        Assert.Equal(loss, shared, 1e-5);
        AssertEqualGradients(one.Main, several.Main);
        Clear(one.Main);
        Clear(several.Main);
        Assert.Equal(one.Backward(batches[1]), several.Backward(batches[1]), 1e-5);
        AssertEqualGradients(one.Main, several.Main); // nothing of the first batch was left with any replica
    }

    [Fact]
    public async Task ResumeAsync_OnSeveralReplicas_TrainsTheModelOfOne()
    {
        using var toy = await ToyDataset.WriteAsync();
        var configuration = WithoutDropout();
        var one = await TrainingRun.StartAsync(toy.Folder, configuration, toy.PathOf("one"), cancellation: TestContext.Current.CancellationToken);
        var shared = configuration with { Training = configuration.Training with { Device = "cpu, cpu,cpu" } };

        var three = await TrainingRun.StartAsync(toy.Folder, shared, toy.PathOf("three"), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(one.BestValidationAuc, three.BestValidationAuc, 1e-3);
        var weights = Checkpoint.Read(three.CheckpointFolder).Weights;
        Assert.All(Checkpoint.Read(one.CheckpointFolder).Weights, entry => Assert.All(
            ((float[])entry.Value.Data).Zip((float[])weights[entry.Key].Data), pair => Assert.Equal(pair.First, pair.Second, 1e-2f)));
    }

    [Fact]
    public async Task RunAsync_WithAFault_GivesItToWhoWaits()
    {
        using var thread = new ReplicaThread();

        await Assert.ThrowsAsync<InvalidOperationException>(() => thread.RunAsync<int>(() => throw new InvalidOperationException("no")));

        Assert.Equal(3, await thread.RunAsync(() => 3)); // and the thread goes on
    }

    private static TrainingConfiguration WithoutDropout()
    {
        var configuration = TrainingRunTests.Configuration();
        return configuration with
        {
            MetaBlock = configuration.MetaBlock! with { Layers = [new LayerSpec(8)] },
            Training = configuration.Training with { Epochs = 2 },
        };
    }

    private static void Clear(Replica replica)
    {
        foreach (var declaration in replica.Parameters.Declarations)
        {
            replica.Parameters[declaration.Name].grad?.zero_();
        }
    }

    private static void AssertEqualGradients(Replica one, Replica several)
    {
        using var scope = NewDisposeScope();
        foreach (var declaration in one.Parameters.Declarations)
        {
            var (expected, actual) = (one.Parameters[declaration.Name].grad, several.Parameters[declaration.Name].grad);
            Assert.Equal(expected is null, actual is null);
            Assert.True(expected is null || allclose(expected, actual!, rtol: 1e-4, atol: 1e-6), declaration.Name);
        }
    }
}
