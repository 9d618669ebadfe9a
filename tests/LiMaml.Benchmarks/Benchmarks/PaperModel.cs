using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>The model that steps and adaptations are timed on: meta block 64-64-32, global block (160 + 32)-256-128-64-1, dense features.</summary>
internal static class PaperModel
{
    internal const int MetaWidth = 64;
    internal const int GlobalWidth = 160;
    internal const string Task = "member";

    internal static DatasetSchema Schema { get; } = new(
        DatasetSchema.CurrentFormatVersion,
        "benchmark",
        LabelKind.Binary,
        [.. Names("meta", MetaWidth).Concat(Names("global", GlobalWidth)).Select(name => new DenseFeature(name, DenseTransform.Standardise))],
        [new TaskDefinition(Task, [Task], Names("meta", MetaWidth))]);

    /// <summary>The model with <paramref name="steps"/> inner steps on <paramref name="support"/> samples.</summary>
    internal static ModelSpec Spec(int steps, int support, StepRule rule = StepRule.Constant)
    {
        var loop = new InnerLoopSpec { Steps = steps, StepSize = 0.01, StepRule = rule, MetaEmbeddingL2 = 0, SupportCapacity = support };
        return new ModelSpec
        {
            MetaBlocks = [new MetaBlockSpec { Task = Task, Features = Names("meta", MetaWidth), Layers = [new(64)], EmbeddingSize = 32 }],
            Global = new GlobalBlockSpec { Features = Names("global", GlobalWidth), Layers = [new(256), new(128), new(64)] },
            InnerLoop = loop,
            FineTuning = loop,
        };
    }

    private static string[] Names(string prefix, int count) => [.. Enumerable.Range(0, count).Select(index => FormattableString.Invariant($"{prefix}{index}"))];
}
