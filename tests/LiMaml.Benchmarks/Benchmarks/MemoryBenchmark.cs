using LiMaml.Models.Specs;
using LiMaml.Training;
using LiMaml.Training.Outer;
using TorchSharp;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>Whether training leaves memory where it found it, epoch after epoch.</summary>
internal sealed class MemoryBenchmark : Benchmark
{
    private const int Epochs = 240; // memory pools take some 70 to fill
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"limaml-memory-{Guid.NewGuid():N}");

    internal override string Name => "memory";

    internal override string Description =>
        $"A whole training run of {Epochs} epochs, checkpoints and states included, on {SyntheticInteractions.MemberCount} members with {SyntheticInteractions.FewestRows} to {SyntheticInteractions.MostRows} training rows each, "
        + "features of every kind; memory of the process as each epoch ends.";

    internal override string Run(AlternatingRunner runner)
    {
        torch.set_num_threads(runner.Threads);
        var epochs = new Watch();
        var dataset = Path.Combine(folder, "dataset");
        SyntheticInteractions.WriteAsync(dataset).GetAwaiter().GetResult();
        TrainingRun.StartAsync(dataset, Configuration, Path.Combine(folder, "run"), progress: epochs).GetAwaiter().GetResult();
        return MarkdownReport.Of(this, epochs.Ended);
    }

    public override void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        base.Dispose();
    }

    private static TrainingConfiguration Configuration => new()
    {
        MetaBlock = new MetaBlockSpec { Task = SyntheticInteractions.Task, Features = ["tenure", "city"], Layers = [new(32)], EmbeddingSize = 16 },
        Global = new GlobalBlockSpec { Features = ["price", "item", "tags", "taste"], Layers = [new(32)], Interaction = Interaction.ConcatenationAndBilinear, ItemFeatures = ["item", "tags"] },
        Training = new TrainingOptions { Epochs = Epochs, Patience = Epochs, TasksPerBatch = 32 },
    };

    private sealed class Watch : IProgress<TrainingProgress>
    {
        public List<Residence> Ended { get; } = [];

        public void Report(TrainingProgress value)
        {
            if (value.ValidationAuc is not null)
            {
                Ended.Add(Residence.Now(value.Epoch));
            }
        }
    }
}
