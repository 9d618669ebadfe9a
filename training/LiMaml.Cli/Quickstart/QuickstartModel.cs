using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training;
using LiMaml.Training.Outer;

namespace LiMaml.Cli.Quickstart;

/// <summary>
/// The model that the quickstart trains on synthetic notifications, the same for both algorithms: the meta block reads the
/// member's profile, the global block the item, the context and history; the meta embedding meets the item in the bilinear form.
/// </summary>
internal static class QuickstartModel
{
    private static readonly string[] Item = ["item_id", "topic", "type"];

    /// <summary>The training configuration.</summary>
    public static TrainingConfiguration Configuration(DatasetSchema schema, TrainingAlgorithm algorithm, QuickstartOptions options)
    {
        var (profile, keys) = (schema.Tasks[0].MetaFeatures, schema.Tasks[0].Keys);
        return new TrainingConfiguration
        {
            Algorithm = algorithm,
            MetaBlock = new MetaBlockSpec { Task = schema.Tasks[0].Name, Features = profile, FeatureEmbeddingSize = 4, Layers = [new(32)], EmbeddingSize = 16 },
            Global = new GlobalBlockSpec
            {
                Features = [.. schema.Features.Select(feature => feature.Name).Except(profile).Except(keys)],
                Layers = [new(64)],
                Interaction = Interaction.Bilinear,
                ItemFeatures = Item,
            },
            InnerLoop = new InnerLoopSpec { Steps = 3, StepSize = 0.3, MetaEmbeddingL2 = 0.01, SupportCapacity = 64 },
            Training = new TrainingOptions
            {
                Seed = options.Seed,
                Epochs = options.Epochs,
                Patience = 2,
                TasksPerBatch = 64,
                LearningRate = 3e-3,
                WarmupSteps = 20,
                ValidationTasks = 400,
            },
        };
    }
}
