using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Specs;

namespace LiMaml.Cli.Tests.Handoff;

/// <summary>Models with random weights over the <see cref="SampleSchema"/>.</summary>
internal static class SampleCheckpoint
{
    public static ModelSpec DefaultSpec { get; } = new()
    {
        MetaBlocks = [new MetaBlockSpec { Task = "member", Features = ["age", "city", "visits", "genres", "hour", "taste"], FeatureEmbeddingSize = 3, Layers = [new(16), new(12)], EmbeddingSize = 6 }],
        Global = new GlobalBlockSpec { Features = ["age", "item", "city", "raw", "hour", "genres", "taste"], FeatureEmbeddingSize = 3, Layers = [new(16), new(8)] },
        FineTuning = new InnerLoopSpec { Steps = 2, StepSize = 0.02, SupportCapacity = 12 },
    };

    public static Checkpoint Of(ModelSpec spec, int seed = 1)
    {
        var schema = SampleSchema.Of(spec.Label);
        var random = new Random(seed);
        return new Checkpoint(spec, schema, [], Parameters.Declare(spec, schema).ToDictionary(
            declaration => declaration.Name,
            declaration => new NamedTensor([.. declaration.Shape], Values(random, declaration))));
    }

    /// <summary>Uniform values of the declared deviation; biases, which start at 0, get some too.</summary>
    private static float[] Values(Random random, ParameterDeclaration declaration)
    {
        var deviation = declaration.InitialDeviation == 0 ? 0.1 : declaration.InitialDeviation;
        return [.. Enumerable.Range(0, (int)declaration.Shape.Aggregate(1L, (product, size) => product * size))
            .Select(_ => (float)(deviation * Math.Sqrt(12) * (random.NextDouble() - 0.5)))];
    }
}
