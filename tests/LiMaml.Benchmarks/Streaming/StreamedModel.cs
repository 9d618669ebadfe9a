using LiMaml.Benchmarks.Benchmarks;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Events;

namespace LiMaml.Benchmarks.Streaming;

/// <summary>Events of random members, and models that read them: features of every kind, blocks as large as <see cref="PaperModel"/>'s.</summary>
internal static class StreamedModel
{
    internal const string Topic = "events";

    internal static EventSchema Events { get; } = EventSchema.For(SyntheticInteractions.Schema);

    /// <summary>A model that adapts in one step of <paramref name="stepSize"/>; its bundle differs with it.</summary>
    internal static ModelSpec Spec(double stepSize)
    {
        var loop = new InnerLoopSpec { Steps = 1, StepSize = stepSize, StepRule = StepRule.Constant, MetaEmbeddingL2 = 0, SupportCapacity = 32 };
        string[] features = [.. SyntheticInteractions.Schema.Features.Select(feature => feature.Name)];
        return new ModelSpec
        {
            MetaBlocks = [new MetaBlockSpec { Task = SyntheticInteractions.Task, Features = features, Layers = [new(64), new(64)], EmbeddingSize = 32 }],
            Global = new GlobalBlockSpec { Features = features, Layers = [new(256), new(128), new(64)] },
            InnerLoop = loop,
            FineTuning = loop,
        };
    }

    /// <summary>The key of a member.</summary>
    internal static string Member(int number) => FormattableString.Invariant($"m{number}");

    /// <summary>An event of <paramref name="member"/> at <paramref name="time"/>, microseconds since 1970 UTC.</summary>
    internal static InteractionEvent Event(Random random, string member, long time) => new()
    {
        EventId = FormattableString.Invariant($"{time:x}"),
        Keys = new Dictionary<string, string> { [SyntheticInteractions.Task] = member },
        EventTime = time,
        Label = random.Next(2),
        Features = new Dictionary<string, FeatureValue>
        {
            ["tenure"] = new FeatureValue.Number(random.NextSingle()),
            ["price"] = new FeatureValue.Number(random.NextSingle()),
            ["city"] = new FeatureValue.CategoryIndex(1 + random.Next(SyntheticInteractions.CityCount)),
            ["item"] = new FeatureValue.CategoryIndex(1 + random.Next(SyntheticInteractions.ItemCount)),
            ["tags"] = new FeatureValue.CategoryIndices([.. Enumerable.Range(1, SyntheticInteractions.TagCount).Where(_ => random.Next(6) == 0).Take(SyntheticInteractions.MostTags)]),
            ["taste"] = new FeatureValue.Vector(Enumerable.Range(0, SyntheticInteractions.TasteLength).Select(_ => random.NextSingle()).ToArray()),
        },
    };

    /// <summary>Microseconds since 1970 UTC.</summary>
    internal static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
